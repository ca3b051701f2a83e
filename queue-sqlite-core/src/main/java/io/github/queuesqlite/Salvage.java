package io.github.queuesqlite;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.sqlite.ShardSalvage;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes the messages of a shard's file, however damaged, into a file of JSON lines. The
 * file is read page by page without SQLite, together with the {@code -wal} beside it;
 * neither is changed. Damage costs the messages whose bytes stand on the damaged pages.
 * <p>
 * Each line is an object: {@code id}, {@code queue}, {@code task}, {@code state},
 * {@code damaged}, {@code priority}, {@code createdAt}, {@code runAt}, {@code attempt},
 * and, when the message has them, {@code expiresAt}, {@code idempotencyKey},
 * {@code uniqueKey}, {@code orderingKey}, {@code attributes}, {@code codec},
 * {@code payload}, {@code resultCodec}, {@code result} and {@code lastError}. Times are
 * ISO 8601, UTC. Payload and result are strings; what is no text is in
 * {@code payloadBase64} and {@code resultBase64}; {@code attributes} (source, tags,
 * headers, metadata) and {@code lastError} are JSON in a string. A line with
 * {@code "damaged": true} does not match its checksum. Messages in every state are
 * written: leave out the ended ones when you enqueue again. A {@code runAt} in the year
 * 9999 is one that waited for other messages.
 *
 * @param readable messages written that are as they were stored
 * @param damaged messages written that are not
 * @param missing messages that the counters of the file know of beyond those; -1 when the
 * counters cannot be read
 * @since 0.1.0
 */
public record Salvage(long readable, long damaged, long missing) {

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	/**
	 * Writes the messages of a file.
	 * @param shard the file, such as {@code queue_shard_0.db}; nobody may write it
	 * meanwhile
	 * @param target where the lines go; must not exist
	 * @return how much could be read
	 * @throws IOException if the shard cannot be read or the target not be written
	 * @throws StoreUnavailableException if a queue of this process has the file open:
	 * reading it would drop the queue's locks
	 */
	public static Salvage write(Path shard, Path target) throws IOException {
		try (ShardSalvage found = ShardSalvage.open(shard); BufferedWriter lines = writer(target)) {
			long[] written = new long[2];
			found.forEach((message) -> {
				lines.write(MAPPER.writeValueAsString(fields(message)));
				lines.write('\n');
				written[message.damaged() ? 1 : 0]++;
			});
			long missing = (found.counted() < 0) ? -1 : Math.max(0, found.counted() - written[0] - written[1]);
			return new Salvage(written[0], written[1], missing);
		}
	}

	private static BufferedWriter writer(Path target) throws IOException {
		return Files.newBufferedWriter(target, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW,
				StandardOpenOption.WRITE);
	}

	private static Map<String, Object> fields(StoredMessage message) {
		Map<String, Object> fields = new LinkedHashMap<>();
		fields.put("id", new MessageId(message.id()).toString());
		fields.put("queue", message.queue());
		fields.put("task", message.task());
		fields.put("state", message.state().name());
		fields.put("damaged", message.damaged());
		fields.put("priority", message.priority());
		fields.put("createdAt", time(message.createdAt()));
		fields.put("runAt", time(message.runAt()));
		fields.put("attempt", message.attempt());
		if (message.expiresAt() != null) {
			fields.put("expiresAt", time(message.expiresAt()));
		}
		put(fields, "idempotencyKey", message.idempotencyKey());
		put(fields, "uniqueKey", message.uniqueKey());
		put(fields, "orderingKey", message.orderingKey());
		put(fields, "attributes", message.attributes());
		put(fields, "codec", message.codec());
		putBytes(fields, "payload", message.payload());
		put(fields, "resultCodec", message.resultCodec());
		putBytes(fields, "result", message.result());
		put(fields, "lastError", message.lastError());
		return fields;
	}

	private static String time(long millis) {
		return Instant.ofEpochMilli(millis).toString();
	}

	private static void put(Map<String, Object> fields, String name, @Nullable String value) {
		if (value != null) {
			fields.put(name, value);
		}
	}

	private static void putBytes(Map<String, Object> fields, String name, byte @Nullable [] value) {
		if (value == null) {
			return;
		}
		try {
			fields.put(name, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString());
		}
		catch (CharacterCodingException ex) {
			fields.put(name + "Base64", Base64.getEncoder().encodeToString(value));
		}
	}

	/**
	 * Salvages one file from the command line.
	 * @param arguments the shard's file and the target
	 * @throws IOException if one of them cannot be used
	 */
	public static void main(String[] arguments) throws IOException {
		if (arguments.length != 2) {
			throw new IllegalArgumentException(
					"Give the shard's file and the file to write, such as" + " 'queue_shard_0.db messages.jsonl'");
		}
		Salvage salvage = write(Path.of(arguments[0]), Path.of(arguments[1]));
		System.out.println(salvage);
	}

}
