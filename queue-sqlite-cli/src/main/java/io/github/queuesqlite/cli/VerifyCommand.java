package io.github.queuesqlite.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import io.github.queuesqlite.QueueConsole;
import io.github.queuesqlite.message.FileCheck;
import io.github.queuesqlite.message.Verification;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Checks the files. */
@Command(name = "verify", mixinStandardHelpOptions = true, sortOptions = false,
		description = "Checks all files and messages. Exit code 1 when something is wrong.",
		footer = { "", "Example: queue-sqlite verify -d /backup/monday" })
final class VerifyCommand implements Callable<Integer> {

	@Mixin
	private final Place place = new Place();

	@Mixin
	private final Output output = new Output();

	@Override
	public Integer call() {
		Verification found = QueueConsole.verify(this.place.files());
		if (this.output.isJson()) {
			this.output.json(fields(found));
		}
		else {
			this.output.table(List.of("FILE", "BYTES", "SECONDS", "FOUND"),
					found.files()
						.stream()
						.map((file) -> List.of(file.file(), String.valueOf(file.size()),
								"%.1f".formatted(file.duration().toMillis() / 1000.0),
								file.isSound() ? "sound" : String.join("; ", file.findings())))
						.toList());
		}
		return found.isSound() ? 0 : QueueCommand.FOUND;
	}

	private static Map<String, Object> fields(Verification found) {
		List<Object> files = new ArrayList<>();
		for (FileCheck check : found.files()) {
			Map<String, Object> one = new LinkedHashMap<>();
			one.put("file", check.file());
			one.put("sound", check.isSound());
			one.put("findings", check.findings());
			one.put("duration", check.duration());
			one.put("size", check.size());
			files.add(one);
		}
		Map<String, Object> fields = new LinkedHashMap<>();
		fields.put("sound", found.isSound());
		fields.put("files", files);
		return fields;
	}

}
