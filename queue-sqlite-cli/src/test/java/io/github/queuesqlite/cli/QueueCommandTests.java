package io.github.queuesqlite.cli;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.AuditEntry;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** The command as people run it: a process of its own. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QueueCommandTests extends CommandTester {

	private Process application;

	@AfterEach
	void endApplication() throws InterruptedException {
		if (this.application != null) {
			this.application.destroyForcibly().waitFor();
		}
	}

	private void startApplication() throws Exception {
		Path ready = this.elsewhere.resolve("ready");
		this.application = new ProcessBuilder(java(AppChild.class, this.directory, ready)).redirectErrorStream(true)
			.redirectOutput(this.elsewhere.resolve("application.out").toFile())
			.start();
		while (!Files.exists(ready)) {
			assertThat(this.application.isAlive()).isTrue();
			Thread.onSpinWait();
		}
	}

	@Test
	void helpShowsExamplesAndExitCodes() throws Exception {
		Ran help = runPlain("--help");
		assertThat(help.code()).isZero();
		assertThat(help.out()).contains("Examples:", "Exit codes:", "queue-sqlite list -d data/queue --state DEAD");
		for (String command : List.of("stats", "list", "show", "retry", "cancel", "purge", "pause", "resume", "verify",
				"backup", "compact", "salvage")) {
			assertThat(help.out()).contains("\n  " + command);
		}
		assertThat(runPlain("purge", "--help").out()).contains("There is no way back", "Example");
	}

	@Test
	void misunderstandingIsAUsageErrorOfOneLine() throws Exception {
		assertUsage(runPlain(), "A command is missing");
		assertUsage(runPlain("lst"), "'lst'");
		assertUsage(run("show", "no-id"), "must be an id of 13 characters");
		assertUsage(run("list", "--state", "GONE"), "GONE");
		assertUsage(run("list", "--limit", "0"), "must be at least 1");
		assertUsage(run("list", "--created-after", "yesterday"), "must be a time as");
		assertUsage(run("purge", "--ended-before", "2026-01-31T12:00:00Z"), "--state");
		assertUsage(run("purge", "--task", "x"), "--state");
		assertUsage(run("retry"), "Give ids or a filter");
		assertUsage(run("pause"), "--all");
		assertUsage(run("pause", "--all", "--queue", "mail"), "mutually exclusive");
		assertUsage(run("resume"), "--all");
		assertUsage(run("show", "\u001b[31m"), "\\u001b[31m");
	}

	private static void assertUsage(Ran ran, String text) {
		assertThat(ran.code()).isEqualTo(2);
		assertThat(ran.out()).isEmpty();
		assertThat(ran.err()).startsWith("queue-sqlite: ").contains(text).doesNotContain("\u001b");
	}

	@Test
	void readingCommandsOnADirectoryThatNobodyUsesLeaveItAsItWas() throws Exception {
		Messages messages = fill();
		Map<String, FileTime> before = listing();

		JsonNode stats = json(run("stats", "--json"));
		assertThat(stats.at("/states/DEAD").asInt()).isOne();
		assertThat(stats.at("/queues/mail/states/READY").asInt()).isOne();
		assertThat(stats.at("/length").asInt()).isEqualTo(2);
		assertThat(stats.at("/instances").size()).isZero();
		Ran table = run("stats");
		assertThat(table.out()).contains("QUEUE", "mail", "queue_shard_1.db", "accepting",
				"No process uses the directory.");

		JsonNode list = json(run("list", "--json", "--state", "dead"));
		assertThat(list.at("/messages").size()).isOne();
		assertThat(list.at("/messages/0/id").asString()).isEqualTo(messages.dead().toString());
		assertThat(list.at("/messages/0/lastError/message").asString()).isEqualTo(HOSTILE);
		assertThat(run("list", "--key", "k1").out()).contains(messages.dead().toString())
			.doesNotContain(messages.ready().toString());
		assertThat(run("list", "--tag", "red").out().lines()).hasSize(2);
		Ran ended = run("list", "--ended-after", "2026-01-31T12:00:00Z");
		assertThat(ended.out()).contains(messages.dead().toString()).doesNotContain(messages.ready().toString());
		assertThat(run("list", "--ended-before", "2026-01-31T12:00:00Z").out().lines()).hasSize(1);
		assertThat(run("list", "--queue", "mail", "--task", "nobody").out()).contains(messages.ready().toString());
		Ran page = run("list", "--limit", "1");
		assertThat(page.out().lines()).hasSize(3);
		assertThat(page.out()).contains("--after " + messages.dead());
		assertThat(run("list", "--after", messages.dead()).out()).doesNotContain(messages.dead().toString());

		Ran shown = run("show", messages.ready());
		assertThat(shown.code()).isZero();
		assertThat(shown.out()).contains("no process hosts task");
		assertThat(run("verify").out()).contains("control.db", "sound");
		assertThat(run("backup", this.elsewhere.resolve("copy")).code()).isZero();
		assertThat(listing()).isEqualTo(before);
		assertThat(runPlain("verify", "-d", this.elsewhere.resolve("copy")).code()).isZero();
		assertThat(json(runPlain("stats", "-d", this.elsewhere.resolve("copy"), "--json")).at("/states/DEAD").asInt())
			.isOne();
	}

	@Test
	void textOfOthersCannotSteerTheTerminalAndValuesAreHidden() throws Exception {
		MessageId dead = fill().dead();
		for (Ran ran : List.of(run("list"), run("show", dead), run("show", dead, "--json"), run("list", "--json"))) {
			assertThat(ran.out()).doesNotContain("\u001b")
				.doesNotContain("\u009b")
				.doesNotContain("\u202e")
				.doesNotContain("\nFORGED")
				.doesNotContain("secret")
				.doesNotContain("abc");
		}
		assertThat(run("show", dead).out()).contains("******", "PermanentTaskException", "Attempt 1 failed");
		JsonNode shown = json(run("show", dead, "--json", "--show-values"));
		assertThat(shown.at("/payload/value").asString()).isEqualTo("\"secret\"");
		assertThat(shown.at("/headers/token").asString()).isEqualTo("abc");
		assertThat(shown.at("/explanation/summary").asString()).contains("is DEAD");
		assertThat(shown.at("/failures").size()).isOne();
	}

	@Test
	void messageWhoseAttemptsOnlyTheApplicationKnowsSaysHowManyBegan() throws Exception {
		MessageId dead = fill().dead();
		assertThat(run("show", dead).out()).contains(", after 1 attempt: ").doesNotContain("maxAttempts");
		assertThat(json(run("show", dead, "--json")).has("maxAttempts")).isFalse();
		try (EmbeddedQueue queue = queue()) {
			dead = queue.operations().enqueue(NewMessage.to("nobody").maxRetries(2));
		}
		assertThat(json(run("show", dead, "--json")).at("/maxAttempts").asInt()).isEqualTo(3);
	}

	@Test
	void writingCommandsOnADirectoryThatNobodyUsesDoWhatTheySayAndLeaveWhoDid() throws Exception {
		Messages messages = fill();
		assertThat(json(run("retry", "--json", "--state", "DEAD")).at("/messages").asInt()).isOne();
		assertThat(run("retry", messages.ready()).code()).isEqualTo(1);
		assertThat(run("cancel", messages.delayed()).code()).isZero();
		assertThat(run("cancel", messages.delayed()).code()).isEqualTo(1);
		assertThat(run("purge", "--state", "CANCELLED").out()).isEqualTo("purge: 1 message\n");
		assertThat(run("compact").code()).isZero();
		assertThat(run("show", messages.delayed()).code()).isEqualTo(1);
		assertThat(this.directory.resolve("default/queue_shard_0.db-wal")).doesNotExist();
		try (EmbeddedQueue queue = queue()) {
			assertThat(queue.operations().find(messages.dead()).orElseThrow().state()).isEqualTo(MessageState.READY);
			assertThat(queue.audit().latest(10)).extracting((entry) -> entry.action() + " " + entry.outcome())
				.containsExactly("compact DONE", "purge DONE", "cancel REFUSED", "cancel DONE", "retry REFUSED",
						"retry DONE");
			assertThat(queue.audit().latest(1).get(0).actor()).endsWith("(command line)");
			assertThat(queue.audit().latest(10)).extracting(AuditEntry::target)
				.startsWith("files", "messages?state=CANCELLED")
				.endsWith("messages?state=DEAD");
		}
	}

	@Test
	void commandsOnADirectoryInUseTakeEffectInTheApplication() throws Exception {
		Messages messages = fill();
		startApplication();
		JsonNode stats = json(run("stats", "--json"));
		assertThat(stats.at("/instances").size()).isOne();
		assertThat(stats.at("/instances/0/name").asString()).contains(String.valueOf(this.application.pid()));
		assertThat(run("show", messages.delayed()).out()).contains("is SCHEDULED");
		assertThat(run("verify").code()).isZero();
		assertThat(run("backup", this.elsewhere.resolve("copy")).code()).isZero();
		assertThat(run("cancel", messages.delayed()).code()).isZero();
		assertThat(run("retry", messages.delayed()).code()).isZero();
		long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
		// The application runs what was retried.
		while (!run("show", messages.delayed()).out().contains("is COMPLETED")) {
			assertThat(System.nanoTime()).isLessThan(deadline);
		}
		assertThat(run("compact").code()).isZero();
		assertThat(json(run("stats", "--json")).at("/instances").size()).isOne();
		assertThat(this.application.isAlive()).isTrue();
		assertThat(Files.readString(this.elsewhere.resolve("application.out"))).doesNotContain("ERROR");
		assertThat(runPlain("verify", "-d", this.elsewhere.resolve("copy")).code()).isZero();
	}

	@Test
	void messageThatRunsNamesItsProcessAndIsFoundByIt() throws Exception {
		MessageId id;
		try (EmbeddedQueue queue = queue()) {
			id = queue.operations().enqueue(NewMessage.to("hang"));
			queue.operations().enqueue(NewMessage.to("nobody"));
		}
		assertThat(json(run("show", id, "--json")).has("instance")).isFalse();
		startApplication();
		long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
		while (!run("show", id).out().contains("is RUNNING")) {
			assertThat(System.nanoTime()).isLessThan(deadline);
		}
		String instance = json(run("show", id, "--json")).at("/instance").asString();
		assertThat(instance).endsWith(":" + this.application.pid());
		assertThat(run("show", id).out()).containsPattern("instance +" + Pattern.quote(instance));
		JsonNode found = json(
				run("list", "--json", "--instance", instance, "--started-before", "2999-01-31T12:00:00Z"));
		assertThat(found.at("/messages").size()).isOne();
		assertThat(found.at("/messages/0/id").asString()).isEqualTo(id.toString());
		assertThat(run("list", "--started-before", "2026-01-31T12:00:00Z").out().lines()).hasSize(1);
		assertThat(run("list", "--instance", "nobody").out().lines()).hasSize(1);
		assertUsage(run("list", "--started-before", "10m"), "must be a time as");
	}

	@Test
	void queuesTasksAndKeysArePausedAndResumedInTheApplication() throws Exception {
		Messages messages = fill();
		startApplication();
		assertUsage(run("pause", "--all", "--until", "2020-01-31T12:00:00Z"), "'until' must be later than now");
		assertUsage(run("pause", "--queue", "a b"), "'queue'");
		assertThat(run("pause", "--all", "--until", "2031-01-31T12:00:00Z").out()).isEqualTo("pause-all: queues\n");
		assertThat(run("stats").out()).startsWith("All queues are paused until 2031-01-31T12:00:00Z");
		assertThat(json(run("pause", "--json", "--queue", "mail")).at("/target").asString()).isEqualTo("queues/mail");
		assertThat(run("pause", "--task", "work").code()).isZero();
		assertThat(run("pause", "--key", "tenant/7").code()).isZero();
		JsonNode stats = json(run("stats", "--json"));
		assertThat(stats.at("/pauses").size()).isEqualTo(4);
		assertThat(stats.at("/pauses/0/kind").asString()).isEqualTo("ALL");
		assertThat(run("show", messages.ready()).out()).containsPattern(
				"all queues are paused since .*, by '.* \\(command line\\)', and go on in .*\\(2031-01-31T12:00:00Z\\)");
		assertThat(run("cancel", messages.delayed()).code()).isZero();
		assertThat(run("retry", messages.delayed()).code()).isZero();
		assertThat(run("resume", "--all").out()).isEqualTo("resume-all: queues\n");
		assertThat(run("resume", "--all").code()).isZero();
		assertThat(run("show", messages.delayed()).out()).contains("its task 'work' is paused");
		assertThat(run("resume", "--task", "work").code()).isZero();
		long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
		while (!run("show", messages.delayed()).out().contains("is COMPLETED")) {
			assertThat(System.nanoTime()).isLessThan(deadline);
		}
		assertThat(json(run("stats", "--json")).at("/pauses").size()).isEqualTo(2);
		assertThat(run("resume", "--queue", "mail").code()).isZero();
		assertThat(run("resume", "--key", "tenant/7").code()).isZero();
		assertThat(json(run("stats", "--json")).at("/pauses").size()).isZero();
	}

	@Test
	void damageIsFoundWithExitCodeOneAndSalvaged() throws Exception {
		fill();
		Path shard = this.directory.resolve("default/queue_shard_0.db");
		sql(shard, "UPDATE message SET queue = 'other'");
		sql(this.directory.resolve("default/queue_shard_1.db"), "UPDATE message SET queue = 'other'");
		Ran verify = run("verify");
		assertThat(verify.code()).isEqualTo(1);
		assertThat(verify.out()).contains("does not match its checksum");
		assertThat(run("verify", "--json").out()).contains("\"sound\":false");
		Ran salvage = runPlain("salvage", shard, this.elsewhere.resolve("messages.jsonl"));
		assertThat(salvage.code()).isIn(0, 1);
		assertThat(salvage.out()).contains("as they were stored");
		Ran again = runPlain("salvage", shard, this.elsewhere.resolve("messages.jsonl"));
		assertThat(again.code()).isEqualTo(3);
		assertThat(again.err()).contains("exists: give another one");
		assertThat(runPlain("salvage", this.elsewhere.resolve("none"), this.elsewhere.resolve("x")).err())
			.contains("There is no file");
	}

	@Test
	void whatCannotBeUsedSaysWhy() throws Exception {
		assertUnusable(run("stats"), "There is no directory");
		Files.createDirectory(this.directory.resolve("default"));
		assertUnusable(run("list"), "is not the directory of a queue");
		assertThat(this.directory.resolve("default")).isEmptyDirectory();
		Files.delete(this.directory.resolve("default"));
		fill();
		assertUnusable(run("stats", "--name", "other"), "default");
		assertUnusable(run("backup", this.directory.resolve("default/backup")), "inside the directory of the queue");
		for (int shard = 0; shard < 2; shard++) {
			sql(this.directory.resolve("default/queue_shard_" + shard + ".db"), "PRAGMA user_version = 2");
		}
		Map<String, FileTime> before = listing();
		assertUnusable(run("stats"), "has schema version 2");
		assertUnusable(run("purge", "--state", "DEAD"), "Nothing was changed");
		assertThat(listing()).isEqualTo(before);
		sql(this.directory.resolve("default/queue_shard_0.db"), "PRAGMA user_version = 99");
		assertUnusable(run("verify"), "Start the newer version");
	}

	@Test
	void outputThatNobodyReadsAnyMoreEndsQuietly() throws Exception {
		try (EmbeddedQueue queue = queue()) {
			List<NewMessage> many = new ArrayList<>();
			for (int i = 0; i < 20_000; i++) {
				many.add(NewMessage.to("nobody").payload("x"));
			}
			queue.operations().enqueueAll(many);
		}
		String list = String.join(" ", java(QueueCommand.class, "list", "-d", this.directory, "--limit", 20_000));
		Ran ran = finish(List.of("sh", "-c", list + " | head -1"));
		assertThat(ran.out().lines()).hasSize(1);
		assertThat(ran.err()).isEmpty();
		assertThat(run("list", "--limit", 20_000).out().lines()).hasSize(20_002);
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void outputThatCannotBeWrittenIsAFailure() throws Exception {
		fill();
		String stats = String.join(" ", java(QueueCommand.class, "stats", "-d", this.directory));
		assertUnusable(finish(List.of("sh", "-c", stats + " > /dev/full")), "The output cannot be written: ");
		String help = String.join(" ", java(QueueCommand.class, "--help"));
		assertUnusable(finish(List.of("sh", "-c", help + " > /dev/full")), "The output cannot be written: ");
	}

	@Test
	void outputIsInTheCharactersOfTheTerminal() throws Exception {
		try (EmbeddedQueue queue = queue()) {
			queue.operations().enqueue(NewMessage.to("nobody").queue("gr\u00f6\u00dfe"));
		}
		for (Charset charset : List.of(StandardCharsets.UTF_8, StandardCharsets.ISO_8859_1)) {
			List<String> command = java(QueueCommand.class, "list", "-d", this.directory);
			command.add(1, "-Dstdout.encoding=" + charset.name());
			Path out = this.elsewhere.resolve(charset.name());
			Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).start();
			assertThat(process.waitFor()).isZero();
			assertThat(Files.readString(out, charset)).contains("gr\u00f6\u00dfe");
		}
	}

	private static void sql(Path file, String sql) throws Exception {
		try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
				Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

}
