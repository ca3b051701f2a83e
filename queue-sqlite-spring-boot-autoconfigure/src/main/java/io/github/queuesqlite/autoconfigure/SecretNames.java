package io.github.queuesqlite.autoconfigure;

import java.util.List;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/** Which of our properties hold what nobody may read in a log. */
final class SecretNames {

	/** What stands for a secret. */
	static final String HIDDEN = "******";

	private static final List<ConfigurationPropertyName> SECRETS = List.of(
			ConfigurationPropertyName.of(PropertyCheck.PREFIX + ".payload.encryption.keys"),
			ConfigurationPropertyName.of(PropertyCheck.PREFIX + ".payload.signing.keys"));

	private SecretNames() {
	}

	static boolean contains(ConfigurationPropertyName name) {
		return SECRETS.stream().anyMatch((secret) -> secret.equals(name) || secret.isAncestorOf(name));
	}

}
