package io.github.queuesqlite.actuate.endpoint;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Settings of the endpoint.
 *
 * @param showValues When to show payloads, results, and the values of headers and
 * metadata: never; when-authorized, to users with one of the roles; or always.
 * @param roles Roles used to determine whether a user is authorized to be shown values.
 * When empty, all authenticated users are authorized.
 * @param backupDirectory Directory in which the operation backup makes a directory for
 * each backup, outside of that of the queue. Without it there is no such operation.
 * @param enqueue Tasks for which messages can be enqueued with the endpoint, if access is
 * unrestricted: none, those that this process hosts, or any.
 */
@ConfigurationProperties("management.endpoint.queue")
record QueueEndpointProperties(@DefaultValue("never") Show showValues, @DefaultValue Set<String> roles,
		@Nullable String backupDirectory, @DefaultValue("none") EnqueueAccess enqueue) {

	@Nullable Path backups() {
		if (this.backupDirectory == null) {
			return null;
		}
		if (this.backupDirectory.isBlank()) {
			throw refused(this.backupDirectory, "must not be empty");
		}
		try {
			return Path.of(this.backupDirectory).toAbsolutePath();
		}
		catch (InvalidPathException ex) {
			throw refused(this.backupDirectory, "must be a path: " + ex.getReason());
		}
	}

	private static InvalidConfigurationPropertyValueException refused(String value, String reason) {
		return new InvalidConfigurationPropertyValueException("management.endpoint.queue.backup-directory", value,
				reason);
	}

}
