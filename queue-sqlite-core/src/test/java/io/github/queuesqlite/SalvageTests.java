package io.github.queuesqlite;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import io.github.queuesqlite.message.StoreUnavailableException;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What can be read of a damaged shard is written as JSON lines. */
class SalvageTests extends QueueTester {

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	private static final int PAGE = 4096;

	/** A page holds no more messages of the payloads here. */
	private static final int MOST_ON_A_PAGE = 8;

	private final Map<String, String> payloads = new TreeMap<>();

	private int targets;

	private Path target = Path.of("");

	private Path file() {
		return this.directory.resolve("default").resolve("queue_shard_0.db");
	}

	private Path wal() {
		return this.directory.resolve("default").resolve("queue_shard_0.db-wal");
	}

	private void openOneShard() {
		open((builder) -> builder.shards(1));
	}

	/** Payloads of half a kilobyte, and some that need pages of their own. */
	private void fill(int messages) {
		for (int i = 0; i < messages; i++) {
			String payload = i + "-" + "x".repeat((i % 20 == 0) ? 10_000 : 500);
			this.payloads.put(this.operations.enqueue(TASK, payload).toString(), "\"" + payload + "\"");
		}
	}

	private Salvage salvage() throws IOException {
		this.target = this.directory.resolve("salvaged-" + ++this.targets + ".jsonl");
		return Salvage.write(file(), this.target);
	}

	private List<JsonNode> lines() throws IOException {
		List<JsonNode> lines = new ArrayList<>();
		for (String line : Files.readAllLines(this.target)) {
			lines.add(MAPPER.readTree(line));
		}
		return lines;
	}

	private void assertSalvaged(Salvage salvage, int damagedPages) throws IOException {
		int readable = 0;
		for (JsonNode line : lines()) {
			if (!line.get("damaged").asBoolean()) {
				readable++;
				assertThat(line.get("payload").asString()).isEqualTo(this.payloads.get(line.get("id").asString()));
			}
		}
		assertThat(salvage.readable()).isEqualTo(readable)
			.isBetween((long) this.payloads.size() - (long) damagedPages * MOST_ON_A_PAGE, (long) this.payloads.size());
		assertThat(lines().stream().map((line) -> line.get("id").asString())).doesNotHaveDuplicates();
	}

	@Test
	void writeWhenFileIsSoundWritesAll() throws IOException {
		openOneShard();
		fill(300);
		this.queue.close();
		assertThat(salvage()).isEqualTo(new Salvage(300, 0, 0));
		assertSalvaged(new Salvage(300, 0, 0), 0);
	}

	@Test
	void writeWhenMessageHasAllFieldsWritesThem() throws IOException {
		openOneShard();
		String id = this.operations
			.enqueue(message().payload("größer")
				.queue("mail")
				.priority(7)
				.idempotencyKey("i")
				.uniqueKey("u")
				.orderingKey("o")
				.header("a", "b")
				.timeToLive(Duration.ofHours(1)))
			.toString();
		this.operations.enqueue(message().payload("unused"));
		this.queue.close();
		byte[] before = Files.readAllBytes(file());
		assertThat(salvage()).isEqualTo(new Salvage(2, 0, 0));
		JsonNode line = lines().get(0);
		assertThat(line.get("id").asString()).isEqualTo(id);
		assertThat(line.get("queue").asString()).isEqualTo("mail");
		assertThat(line.get("task").asString()).isEqualTo(TASK);
		assertThat(line.get("state").asString()).isEqualTo("READY");
		assertThat(line.get("priority").asInt()).isEqualTo(7);
		assertThat(line.get("idempotencyKey").asString()).isEqualTo("i");
		assertThat(line.get("uniqueKey").asString()).isEqualTo("u");
		assertThat(line.get("orderingKey").asString()).isEqualTo("o");
		assertThat(line.get("attributes").asString()).contains("\"headers\":{\"a\":\"b\"}");
		assertThat(line.get("codec").asString()).isEqualTo("json");
		assertThat(line.get("payload").asString()).isEqualTo("\"größer\"");
		assertThat(line.has("expiresAt")).isTrue();
		assertThat(line.has("result")).isFalse();
		assertThat(Files.readAllBytes(file())).isEqualTo(before);
	}

	@Test
	void writeWhenPagesAreZeroedWritesTheOthers() throws IOException {
		openOneShard();
		fill(300);
		this.queue.close();
		Random random = new Random(5);
		try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
			for (int i = 0; i < 10; i++) {
				file.seek((long) random.nextInt((int) (file.length() / PAGE)) * PAGE);
				file.write(new byte[PAGE]);
			}
			// The first page, which says what the file is, and the root of the messages.
			file.seek(0);
			file.write(new byte[PAGE]);
		}
		assertSalvaged(salvage(), 10);
	}

	@Test
	void writeWhenBitsAreFlippedTellsDamagedFromReadable() throws IOException {
		openOneShard();
		fill(300);
		this.queue.close();
		Random random = new Random(6);
		try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
			for (int i = 0; i < 40; i++) {
				long at = random.nextInt((int) file.length());
				file.seek(at);
				int value = file.read();
				file.seek(at);
				file.write(value ^ (1 << random.nextInt(8)));
			}
		}
		Salvage salvage = salvage();
		assertSalvaged(salvage, 40);
		assertThat(salvage.damaged()).isPositive();
	}

	@Test
	void writeWhenFileIsCutWritesWhatIsLeftAndCountsTheRest() throws IOException {
		openOneShard();
		fill(300);
		this.queue.close();
		try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
			file.setLength(file.length() - 40 * PAGE - 100);
		}
		Salvage salvage = salvage();
		assertSalvaged(salvage, 41);
		assertThat(salvage.missing()).isEqualTo(300 - salvage.readable() - salvage.damaged()).isPositive();
	}

	@Test
	void writeWhenMessagesAreInTheLogReadsItUpToTheDamageAndBeyond() throws IOException, SQLException {
		openOneShard();
		fill(10);
		try (Connection reader = DriverManager.getConnection("jdbc:sqlite:" + file());
				Statement statement = reader.createStatement()) {
			statement.execute("BEGIN");
			try (ResultSet row = statement.executeQuery("SELECT count(*) FROM message")) {
				row.next();
			}
			// What is committed from now on cannot leave the log.
			fill(200);
			this.queue.close();
			assertThat(salvage()).isEqualTo(new Salvage(210, 0, 0));
			assertSalvaged(new Salvage(210, 0, 0), 0);
			try (RandomAccessFile log = new RandomAccessFile(wal().toFile(), "rw")) {
				// One frame in the middle is not what it was.
				log.seek(log.length() / 2);
				log.write(1 + log.read());
			}
			Salvage salvage = salvage();
			assertThat(salvage.readable()).isBetween(210L - 3 * MOST_ON_A_PAGE, 210L);
			statement.execute("COMMIT");
		}
	}

	@Test
	void writeWhenPayloadIsNoTextWritesBase64() throws IOException, SQLException {
		openOneShard();
		fill(1);
		this.queue.close();
		try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
				Statement statement = connection.createStatement()) {
			statement.execute("UPDATE message SET payload = x'ff00fe'");
		}
		assertThat(salvage()).isEqualTo(new Salvage(0, 1, 0));
		JsonNode line = lines().get(0);
		assertThat(line.get("damaged").asBoolean()).isTrue();
		assertThat(Base64.getDecoder().decode(line.get("payloadBase64").asString()))
			.isEqualTo(new byte[] { -1, 0, -2 });
	}

	@Test
	void writeWhenMessagesWereDeletedLeavesThemOut() throws IOException {
		openOneShard();
		fill(300);
		List<String> kept = new ArrayList<>();
		for (var message : all()) {
			if (kept.size() < 100) {
				kept.add(message.id().toString());
			}
			else {
				this.operations.delete(message.id());
			}
		}
		this.queue.close();
		assertThat(salvage()).isEqualTo(new Salvage(100, 0, 0));
		assertThat(lines().stream().map((line) -> line.get("id").asString())).containsExactlyInAnyOrderElementsOf(kept);
	}

	@Test
	void writeWhenQueueIsOpenRefuses() {
		openOneShard();
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(this::salvage)
			.withMessageContaining("open in this process");
		assertThat(this.target).doesNotExist();
	}

	@Test
	void writeWhenTargetExistsRefuses() throws IOException {
		openOneShard();
		this.queue.close();
		salvage();
		assertThatExceptionOfType(FileAlreadyExistsException.class)
			.isThrownBy(() -> Salvage.write(file(), this.target));
	}

}
