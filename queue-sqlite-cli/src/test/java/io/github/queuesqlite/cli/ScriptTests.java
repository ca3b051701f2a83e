package io.github.queuesqlite.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What scripts rely on: one line of JSON, exit codes, and that no filter does more than
 * it says.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ScriptTests extends CommandTester {

	/** Runs a command in this process: as it is, and much sooner. */
	private Ran here(Object... arguments) {
		StringWriter out = new StringWriter();
		StringWriter err = new StringWriter();
		List<String> command = new ArrayList<>();
		for (Object argument : arguments) {
			command.add(argument.toString());
		}
		int code = QueueCommand.commandLine(new PrintWriter(out, true), new PrintWriter(err, true))
			.execute(command.toArray(String[]::new));
		return new Ran(code, out.toString(), err.toString());
	}

	@Test
	void jsonOfCommandsThatWriteIsOneLineThatSaysWhatWasDone() {
		Messages messages = fill();
		Ran cancel = here("cancel", "-d", this.directory, messages.delayed(), "--json");
		assertThat(cancel.out().strip()).isEqualTo("{\"operation\":\"cancel\",\"messages\":1}");
		Ran again = here("cancel", "-d", this.directory, messages.delayed(), messages.ready(), "--json");
		assertThat(again.code()).as("not both").isEqualTo(1);
		assertThat(again.out().strip()).isEqualTo("{\"operation\":\"cancel\",\"messages\":1}");
		assertThat(json(here("purge", "-d", this.directory, "-s", "CANCELLED", "--json")))
			.isEqualTo(JsonMapper.shared().readTree("{\"operation\": \"purge\", \"messages\": 2}"));
		assertThat(json(here("purge", "-d", this.directory, "-s", "CANCELLED", "--json")).at("/messages").asInt())
			.isZero();
		JsonNode compacted = json(here("compact", "-d", this.directory, "--json"));
		assertThat(compacted.propertyNames()).containsExactly("before", "after");
		assertThat(compacted.at("/after").asLong()).isPositive().isLessThanOrEqualTo(compacted.at("/before").asLong());
	}

	@Test
	void jsonOfABackupNamesWhatItMade() {
		fill();
		Path target = this.elsewhere.resolve("copy");
		JsonNode made = json(here("backup", "-d", this.directory, target, "--json"));
		assertThat(made.propertyNames()).containsExactly("backup");
		assertThat(Path.of(made.at("/backup").asString())).isEqualTo(target);
		assertThat(json(here("stats", "-d", target, "--json")).at("/states/DEAD").asInt()).isOne();
	}

	@Test
	void salvageWritesTheMessagesOfSoundFilesAndEndsWithZero() throws Exception {
		Messages messages = fill();
		Set<String> ids = new HashSet<>();
		for (int shard = 0; shard < 2; shard++) {
			Path target = this.elsewhere.resolve("messages-" + shard);
			JsonNode said = json(here("salvage", shard(shard), target, "--json"));
			assertThat(said.propertyNames()).containsExactly("readable", "damaged", "missing");
			List<JsonNode> lines = lines(target);
			assertThat(said.at("/readable").asInt()).isEqualTo(lines.size());
			assertThat(said.at("/damaged").asInt()).isZero();
			assertThat(said.at("/missing").asInt()).isZero();
			lines.forEach((line) -> ids.add(line.at("/id").asString()));
		}
		assertThat(ids).containsExactlyInAnyOrder(messages.dead().toString(), messages.ready().toString(),
				messages.delayed().toString());
	}

	@Test
	void salvageOfDamagedMessagesWritesThemTooAndEndsWithOne() throws Exception {
		fill();
		int damaged = 0;
		for (int shard = 0; shard < 2; shard++) {
			sql(shard(shard), "UPDATE message SET queue = 'other'");
			Path target = this.elsewhere.resolve("messages-" + shard);
			Ran ran = here("salvage", shard(shard), target, "--json");
			JsonNode said = JsonMapper.shared().readTree(ran.out());
			List<JsonNode> lines = lines(target);
			assertThat(ran.code()).isEqualTo(lines.isEmpty() ? 0 : 1);
			assertThat(said.at("/readable").asInt()).isZero();
			assertThat(said.at("/damaged").asInt()).isEqualTo(lines.size());
			damaged += lines.size();
		}
		assertThat(damaged).isEqualTo(3);
	}

	private Path shard(int shard) {
		return this.directory.resolve("default/queue_shard_" + shard + ".db");
	}

	private static List<JsonNode> lines(Path file) throws Exception {
		return Files.readAllLines(file).stream().map((line) -> (JsonNode) JsonMapper.shared().readTree(line)).toList();
	}

	private static void sql(Path file, String sql) throws Exception {
		try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
				Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	static List<String> hostile() {
		return List.of("'; DELETE FROM message; --", "%", "*", "\" OR 1=1 --", HOSTILE, "a\u0000b", "../../etc/passwd",
				"{\"a\": 1}", "\ud83d\udc4d\u202e", "--state", "x".repeat(100_000));
	}

	@ParameterizedTest
	@MethodSource("hostile")
	void filterThatIsHostileOrHugeSelectsNothingAndSteersNoTerminal(String text) {
		fill();
		for (String option : List.of("--queue", "--task", "--tag", "--key", "--after", "--created-after", "--state",
				"--limit", "--name")) {
			assertHarmless(here("list", "-d", this.directory, option + "=" + text));
		}
		for (String option : List.of("--queue", "--task", "--tag", "--ended-before")) {
			assertHarmless(here("purge", "-d", this.directory, "--state=DEAD,READY,SCHEDULED", option + "=" + text));
			assertHarmless(here("retry", "-d", this.directory, "--state=DEAD", option + "=" + text));
		}
		for (String command : List.of("show", "cancel", "retry")) {
			assertHarmless(here(command, "-d", this.directory, "--", text));
		}
		try (EmbeddedQueue queue = queue()) {
			assertThat(queue.operations().list(MessageQuery.all())).hasSize(3);
			assertThat(queue.operations().stats().count(MessageState.DEAD)).isOne();
			assertThat(queue.audit().latest(100)).allMatch((entry) -> entry.target().length() <= 500);
		}
	}

	private static void assertHarmless(Ran ran) {
		assertThat(ran.code()).isIn(0, 2, 3);
		assertThat(ran.out().lines().count()).as(ran.out()).isLessThanOrEqualTo(1);
		// What is wrong, options that are written like it, where to read more.
		assertThat(ran.err().lines().count()).as(ran.err()).isLessThanOrEqualTo(3);
		assertThat(ran.err()).hasSizeLessThan(4000).doesNotContain("\tat ");
		for (String said : List.of(ran.out(), ran.err())) {
			assertThat(said).doesNotContain("\u001b")
				.doesNotContain("\u009b")
				.doesNotContain("\u202e")
				.doesNotContain("\nFORGED")
				.doesNotContain("\u0000");
		}
	}

}
