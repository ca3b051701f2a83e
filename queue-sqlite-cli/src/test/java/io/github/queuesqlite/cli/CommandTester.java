package io.github.queuesqlite.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.PermanentTaskException;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** Runs the command as people do: a process of its own. */
abstract class CommandTester {

	static final String HOSTILE = "\u001b[31mred\u001b[0m\nFORGED \u009b2J \u202e end";

	@TempDir
	Path directory;

	@TempDir
	Path elsewhere;

	static List<String> java(Class<?> main, Object... arguments) {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
						"--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-cp",
						System.getProperty("java.class.path"), main.getName()));
		Stream.of(arguments).map(String::valueOf).forEach(command::add);
		return command;
	}

	/** Runs something else; returns its exit code, -1 when there is no such program. */
	static int execute(String... command) throws InterruptedException {
		try {
			return new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start()
				.waitFor();
		}
		catch (IOException ex) {
			return -1; // no such program here
		}
	}

	/** Runs a command on the directory. */
	Ran run(String command, Object... arguments) throws Exception {
		List<Object> all = new ArrayList<>(List.of(command, "-d", this.directory));
		all.addAll(List.of(arguments));
		return runPlain(all.toArray());
	}

	Ran runPlain(Object... arguments) throws Exception {
		return finish(java(QueueCommand.class, arguments));
	}

	Ran finish(List<String> command) throws Exception {
		Path out = Files.createTempFile(this.elsewhere, "out", "");
		Path err = Files.createTempFile(this.elsewhere, "err", "");
		Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
		assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
		Ran ran = new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
		assertThat(ran.err()).doesNotContain("\tat ").doesNotContain("Exception in");
		return ran;
	}

	EmbeddedQueue queue() {
		return EmbeddedQueue.builder(this.directory).shards(2).build();
	}

	/** Three messages: one waits, one is dead, one is delayed. */
	Messages fill() {
		try (EmbeddedQueue queue = queue()) {
			queue.tasks().register("fail", String.class, (payload, context) -> {
				throw new PermanentTaskException(HOSTILE);
			});
			queue.start();
			MessageId dead = queue.operations()
				.enqueue(NewMessage.to("fail").payload("secret").tags("red").uniqueKey("k1").header("token", "abc"));
			assertThat(queue.operations().drain(Duration.ofMinutes(1))).isTrue();
			MessageId ready = queue.operations().enqueue(NewMessage.to("nobody").queue("mail").payload("x"));
			MessageId delayed = queue.operations()
				.enqueue(NewMessage.to("work").payload("y").delay(Duration.ofHours(1)));
			return new Messages(dead, ready, delayed);
		}
	}

	/** One of each kind. */
	List<List<String>> commands(Messages messages) {
		String place = this.directory.toString();
		String shard = this.directory.resolve("default/queue_shard_0.db").toString();
		return List.of(List.of("stats", "-d", place), List.of("list", "-d", place),
				List.of("show", "-d", place, messages.dead().toString()), List.of("verify", "-d", place),
				List.of("backup", "-d", place, this.elsewhere.resolve("backup").toString()),
				List.of("salvage", shard, this.directory.resolve("default/salvaged").toString()),
				List.of("retry", "-d", place, messages.dead().toString()), List.of("retry", "-d", place, "-s", "DEAD"),
				List.of("cancel", "-d", place, messages.delayed().toString()), List.of("pause", "-d", place, "--all"),
				List.of("resume", "-d", place, "--all"), List.of("purge", "-d", place, "-s", "CANCELLED"),
				List.of("compact", "-d", place));
	}

	Map<String, FileTime> listing() throws IOException {
		Map<String, FileTime> times = new TreeMap<>();
		try (Stream<Path> all = Files.walk(this.directory)) {
			for (Path file : all.filter(Files::isRegularFile).toList()) {
				times.put(this.directory.relativize(file).toString(), Files.getLastModifiedTime(file));
			}
		}
		return times;
	}

	static JsonNode json(Ran ran) {
		assertThat(ran.code()).as(ran.err()).isZero();
		assertThat(ran.out().lines()).hasSize(1);
		return JsonMapper.shared().readTree(ran.out());
	}

	static void assertUnusable(Ran ran, String text) {
		assertThat(ran.code()).isEqualTo(3);
		assertThat(ran.out()).isEmpty();
		assertThat(ran.err().lines()).hasSize(1);
		assertThat(ran.err()).startsWith("queue-sqlite: ").contains(text);
	}

	/** What came of a command. */
	record Ran(int code, String out, String err) {

	}

	/** Ids of what there is. */
	record Messages(MessageId dead, MessageId ready, MessageId delayed) {

	}

}
