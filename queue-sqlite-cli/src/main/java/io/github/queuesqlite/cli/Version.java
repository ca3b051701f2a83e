package io.github.queuesqlite.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/** The version of the jar. */
final class Version implements IVersionProvider {

	@Override
	public String[] getVersion() {
		@Nullable String version = Version.class.getPackage().getImplementationVersion();
		return new String[] { "queue-sqlite " + ((version != null) ? version : "(unpacked classes)") };
	}

}
