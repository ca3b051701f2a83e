package io.github.queuesqlite;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How processes of tests are started: small, and soon there. */
public final class ChildJvm {

	private ChildJvm() {
	}

	/**
	 * Returns what starts a class.
	 * @param main has a {@code main} method
	 * @param arguments it gets their texts
	 */
	public static ProcessBuilder of(Class<?> main, Object... arguments) {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m",
						"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp",
						System.getProperty("java.class.path"), main.getName()));
		for (Object argument : arguments) {
			command.add(argument.toString());
		}
		return new ProcessBuilder(command);
	}

}
