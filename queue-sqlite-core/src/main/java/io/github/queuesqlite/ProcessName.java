package io.github.queuesqlite;

import java.util.stream.Stream;

import io.github.queuesqlite.message.Names;

/** Names this process for people. */
final class ProcessName {

	private ProcessName() {
	}

	/**
	 * Returns host and process id. The host comes from the environment: asking the
	 * network for it can take seconds.
	 * @return such as {@code web-1:4711}
	 */
	static String get() {
		String host = Stream.of("HOSTNAME", "COMPUTERNAME", "HOST")
			.map(System::getenv)
			.filter((value) -> value != null && !value.isBlank())
			.findFirst()
			.orElse("localhost");
		return Names.oneLine(host) + ":" + ProcessHandle.current().pid();
	}

}
