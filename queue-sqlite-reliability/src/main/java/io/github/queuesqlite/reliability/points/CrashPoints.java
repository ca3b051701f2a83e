package io.github.queuesqlite.reliability.points;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.reliability.points.Scenario.Opening;
import io.github.queuesqlite.reliability.points.Snapshots.Snapshot;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.store.Settlement;
import io.github.queuesqlite.store.StoredMessage;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/** Runs scenarios and looks at what each point leaves. */
final class CrashPoints {

	private static final int SHARDS = 2;

	private final Path directory;

	private final RandomGenerator random;

	/** How many of the states of one scenario are looked at. */
	private final int most;

	private final Map<String, Long> counts = new TreeMap<>();

	private final List<String> broken = new ArrayList<>();

	private final SteppedClock clock = new SteppedClock();

	/**
	 * Creates a run.
	 * @param directory where files are made
	 * @param random chooses
	 * @param most how many states of one scenario are looked at, chosen by chance
	 */
	CrashPoints(Path directory, RandomGenerator random, int most) {
		this.directory = directory;
		this.random = random;
		this.most = most;
	}

	Map<String, Long> counts() {
		return this.counts;
	}

	List<String> broken() {
		return this.broken;
	}

	private void count(String what, long n) {
		this.counts.merge(what, n, Long::sum);
	}

	/** Stops an operation at each of its statements. */
	void run(Scenario scenario) throws Exception {
		Path live = newDirectory("live");
		copy(template(SHARDS), live);
		Snapshots snapshots = new Snapshots(live, newDirectory("copies"));
		List<StoredMessage> claimed;
		Set<Long> prepared = new HashSet<>();
		try (OpenQueue queue = OpenQueue.open(live, null, this.clock)) {
			scenario.prepare().run(queue);
			queue.all().forEach((message) -> prepared.add(message.id()));
			StatementWatch.tell(snapshots::point);
			try {
				scenario.act().run(queue, snapshots::told);
				snapshots.point();
			}
			finally {
				StatementWatch.tell(null);
			}
			scenario.done().run(queue);
			claimed = List.copyOf(queue.claimed);
		}
		Soundness.check(live);
		counted(scenario.name(), snapshots);
		Map<String, Set<String>> contents = new HashMap<>();
		for (Snapshot snapshot : chosen(snapshots.taken())) {
			attempt(scenario.name(), snapshot, () -> {
				Soundness.check(snapshot.directory());
				Soundness.contents(snapshot.directory())
					.forEach((file, text) -> contents.computeIfAbsent(file, (key) -> new HashSet<>()).add(text));
				goOn(scenario, snapshot, prepared, claimed);
			});
		}
		contents.forEach((file, states) -> {
			if (scenario.commits() > 0 && states.size() > scenario.commits() + 1) {
				this.broken.add("Expected that '" + scenario.name() + "' is " + scenario.commits()
						+ " transactions of a shard, found " + states.size() + " states of " + file);
			}
		});
	}

	/** What the next start does, and the operation again. */
	private void goOn(Scenario scenario, Snapshot snapshot, Set<Long> prepared, List<StoredMessage> claimed)
			throws IOException, SQLException {
		try (OpenQueue queue = OpenQueue.open(snapshot.directory(), null, this.clock)) {
			if (!scenario.deletes()) {
				prepared.forEach((id) -> assertThat(queue.store.find(id)).as("message %s", id).isPresent());
			}
			snapshot.told().forEach((id) -> assertThat(queue.store.find(id)).as("acknowledged %s", id).isPresent());
			queue.rescueDead();
			assertThat(queue.ids(MessageState.RUNNING)).as("running after the rescue").isEmpty();
			for (StoredMessage message : claimed) {
				assertThat(queue.settle(new Settlement.Complete(message.runKey(), null, null)))
					.as("a late completion of %s", message.id())
					.isEqualTo(SettleResult.LOST);
			}
			scenario.act().run(queue, (id) -> {
			});
			scenario.done().run(queue);
		}
		Soundness.check(snapshot.directory());
	}

	/** Stops the opening of a directory at each of its statements. */
	void run(Opening opening) throws Exception {
		Path live = newDirectory("live");
		Contents contents = new Contents();
		if (opening.before() != null) {
			copy(template(opening.before()), live);
			try (OpenQueue queue = OpenQueue.open(live, null, this.clock)) {
				contents.fill(queue);
			}
		}
		opening.damage().to(live);
		Snapshots snapshots = new Snapshots(live, newDirectory("copies"));
		StatementWatch.tell(snapshots::point);
		try (OpenQueue queue = OpenQueue.open(live, opening.after(), this.clock)) {
			snapshots.point();
			StatementWatch.tell(null);
			contents.check(queue);
		}
		finally {
			StatementWatch.tell(null);
		}
		Soundness.check(live);
		counted(opening.name(), snapshots);
		for (Snapshot snapshot : chosen(snapshots.taken())) {
			attempt(opening.name(), snapshot, () -> {
				Soundness.checkIntegrity(snapshot.directory());
				Integer shards = next(opening);
				try (OpenQueue queue = OpenQueue.open(snapshot.directory(), shards, this.clock)) {
					queue.rescueDead();
					contents.check(queue);
				}
				Soundness.check(snapshot.directory());
			});
		}
	}

	/** The next start asks for the same, for what was before, or for something else. */
	private @Nullable Integer next(Opening opening) {
		return switch (this.random.nextInt(4)) {
			case 0 -> opening.before();
			case 1 -> 3;
			default -> opening.after();
		};
	}

	private void counted(String name, Snapshots snapshots) {
		assertThat(snapshots.taken()).as("states of '%s'", name).isNotEmpty();
		count("operations", 1);
		count("points", snapshots.points());
		count("states of the files", snapshots.taken().size());
	}

	private List<Snapshot> chosen(List<Snapshot> all) {
		List<Snapshot> left = new ArrayList<>(all);
		while (left.size() > this.most) {
			left.remove(this.random.nextInt(left.size()));
		}
		return left;
	}

	private void attempt(String name, Snapshot snapshot, Look look) {
		try {
			count("states checked", 1);
			look.look();
		}
		catch (Exception | AssertionError ex) {
			this.broken.add("'" + name + "' stopped at state " + snapshot.directory() + ": " + ex);
		}
	}

	/** A new directory is made once and copied, so that not each scenario migrates. */
	private Path template(int shards) throws IOException {
		Path template = this.directory.resolve("template-" + shards);
		if (Files.notExists(template)) {
			OpenQueue.open(template, shards, this.clock).close();
		}
		return template;
	}

	private Path newDirectory(String name) throws IOException {
		return Files.createTempDirectory(this.directory, name);
	}

	private static void copy(Path from, Path to) throws IOException {
		try (Stream<Path> files = Files.walk(from)) {
			for (Path file : files.toList()) {
				Path target = to.resolve(from.relativize(file).toString());
				if (Files.isDirectory(file)) {
					Files.createDirectories(target);
				}
				else {
					Files.copy(file, target);
				}
			}
		}
	}

	/** Looks at what a point leaves. */
	private interface Look {

		void look() throws Exception;

	}

	/** Messages of all kinds, and whether they are still there. */
	private static final class Contents {

		private final Map<Long, MessageState> states = new TreeMap<>();

		private final Map<Long, Integer> failures = new TreeMap<>();

		private final Map<String, Long> idempotent = new TreeMap<>();

		private final Map<String, Long> unique = new TreeMap<>();

		void fill(OpenQueue queue) {
			for (int i = 0; i < 3; i++) {
				queue.insert(new Keys(OpenQueue.TASK, "dead" + i, null), "dead");
			}
			for (StoredMessage message : queue.start()) {
				queue.settle(new Settlement.Dead(message.runKey(), queue.failure(message)));
			}
			for (int i = 0; i < 8; i++) {
				queue.insert(OpenQueue.plain(), "plain");
				this.idempotent.put("i" + i, queue.insert(new Keys("keyed", "i" + i, null), "keyed"));
				this.unique.put("u" + i, queue.insert(new Keys("keyed", null, "u" + i), "keyed", 60_000, null));
				long both = queue.insert(new Keys("keyed", "bi" + i, "bu" + i), "keyed");
				this.idempotent.put("bi" + i, both);
				this.unique.put("bu" + i, both);
			}
			queue.store.pause("paused");
			for (StoredMessage message : queue.all()) {
				this.states.put(message.id(), message.state());
				this.failures.put(message.id(), queue.store.failures(message.id()).size());
			}
		}

		void check(OpenQueue queue) {
			Map<Long, MessageState> found = new TreeMap<>();
			for (StoredMessage message : queue.all()) {
				assertThat(found.put(message.id(), message.state())).as("twice: %s", message.id()).isNull();
			}
			assertThat(found).isEqualTo(this.states);
			this.states.keySet().forEach((id) -> assertThat(queue.store.find(id)).as("message %s", id).isPresent());
			this.failures.forEach((id, n) -> assertThat(queue.store.failures(id)).as("failures of %s", id).hasSize(n));
			this.idempotent.forEach((key, id) -> {
				assertThat(queue.store.findByKey(key).map(StoredMessage::id)).as(key).contains(id);
				assertThat(queue.insert(new Keys("other", key, null), "again")).as(key).isEqualTo(id);
				assertThat(queue.insert(new Keys("other", key, "v" + key), "again")).as(key).isEqualTo(id);
			});
			this.unique.forEach(
					(key, id) -> assertThat(queue.insert(new Keys("keyed", null, key), "again")).as(key).isEqualTo(id));
			if (!this.states.isEmpty()) {
				assertThat(queue.store.pauses().queues()).containsOnlyKeys("paused");
			}
		}

	}

}
