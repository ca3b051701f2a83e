package io.github.queuesqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.payload.CborPayloadCodec;
import io.github.queuesqlite.payload.JsonPayloadCodec;
import io.github.queuesqlite.payload.PayloadKeys;

/**
 * A process that writes JSON under the first of some keys, and reads CBOR too. It gives
 * each payload back, and hands it on to another task.
 */
public final class CodecChild {

	static final String TASK = "old.task";

	static final String NEXT = "new.task";

	private CodecChild() {
	}

	/** The directory, the log, the names of keys. */
	public static void main(String[] args) throws IOException {
		FileChannel log = FileChannel.open(Path.of(args[1]), StandardOpenOption.APPEND);
		EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0]))
			.shards(1)
			.codec(new JsonPayloadCodec())
			.readCodec(new CborPayloadCodec())
			.encrypt(keys(args[2].split(",")))
			.build();
		queue.tasks().register(TASK, String.class, (payload, context) -> {
			WorkChild.say(log, "start", payload);
			context.enqueue(NewMessage.to(NEXT).payload(payload + "!").idempotencyKey("next of " + payload));
			return payload + "?";
		});
		queue.start();
		WorkChild.say(log, "ready", Long.toString(ProcessHandle.current().pid()));
	}

	/** The first one is the current one; a name always means the same key. */
	static PayloadKeys keys(String... names) {
		Map<String, byte[]> keys = new LinkedHashMap<>();
		for (String name : names) {
			byte[] key = new byte[32];
			new Random(name.hashCode()).nextBytes(key);
			keys.put(name, key);
		}
		return PayloadKeys.of(names[0], keys);
	}

}
