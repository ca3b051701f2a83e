package io.github.queuesqlite.store;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.message.NewMessage;

/** A message that a test is about to insert. Immutable: each call returns a copy. */
record Draft(String task, String queue, int priority, long delay, Long timeToLive, Integer maxAttempts,
		String attributes, String codec, byte[] payload, boolean awaited, String idempotencyKey, String uniqueKey,
		String orderingKey) {

	static Draft of(String task) {
		return new Draft(task, "default", 1, 0, null, null, null, null, null, false, null, null, null);
	}

	Draft queue(String queue) {
		return new Draft(this.task, queue, this.priority, this.delay, this.timeToLive, this.maxAttempts,
				this.attributes, this.codec, this.payload, this.awaited, this.idempotencyKey, this.uniqueKey,
				this.orderingKey);
	}

	Draft priority(int priority) {
		return new Draft(this.task, this.queue, priority, this.delay, this.timeToLive, this.maxAttempts,
				this.attributes, this.codec, this.payload, this.awaited, this.idempotencyKey, this.uniqueKey,
				this.orderingKey);
	}

	Draft delay(long millis) {
		return new Draft(this.task, this.queue, this.priority, millis, this.timeToLive, this.maxAttempts,
				this.attributes, this.codec, this.payload, this.awaited, this.idempotencyKey, this.uniqueKey,
				this.orderingKey);
	}

	Draft timeToLive(Long millis) {
		return new Draft(this.task, this.queue, this.priority, this.delay, millis, this.maxAttempts, this.attributes,
				this.codec, this.payload, this.awaited, this.idempotencyKey, this.uniqueKey, this.orderingKey);
	}

	Draft maxAttempts(Integer maxAttempts) {
		return new Draft(this.task, this.queue, this.priority, this.delay, this.timeToLive, maxAttempts,
				this.attributes, this.codec, this.payload, this.awaited, this.idempotencyKey, this.uniqueKey,
				this.orderingKey);
	}

	Draft attributes(String attributes) {
		return new Draft(this.task, this.queue, this.priority, this.delay, this.timeToLive, this.maxAttempts,
				attributes, this.codec, this.payload, this.awaited, this.idempotencyKey, this.uniqueKey,
				this.orderingKey);
	}

	Draft tags(String... tags) {
		return attributes(AttributesCodec.encode(NewMessage.to(this.task).tags(tags)));
	}

	Draft payload(byte[] payload) {
		return new Draft(this.task, this.queue, this.priority, this.delay, this.timeToLive, this.maxAttempts,
				this.attributes, (payload != null) ? "bytes" : null, payload, this.awaited, this.idempotencyKey,
				this.uniqueKey, this.orderingKey);
	}

	Draft payload(String payload) {
		return payload(payload.getBytes(StandardCharsets.UTF_8));
	}

	Draft withWaiter() {
		return new Draft(this.task, this.queue, this.priority, this.delay, this.timeToLive, this.maxAttempts,
				this.attributes, this.codec, this.payload, true, this.idempotencyKey, this.uniqueKey, this.orderingKey);
	}

	Draft idempotencyKey(String key) {
		return new Draft(this.task, this.queue, this.priority, this.delay, this.timeToLive, this.maxAttempts,
				this.attributes, this.codec, this.payload, this.awaited, key, this.uniqueKey, this.orderingKey);
	}

	Draft uniqueKey(String key) {
		return new Draft(this.task, this.queue, this.priority, this.delay, this.timeToLive, this.maxAttempts,
				this.attributes, this.codec, this.payload, this.awaited, this.idempotencyKey, key, this.orderingKey);
	}

	Draft orderingKey(String key) {
		return new Draft(this.task, this.queue, this.priority, this.delay, this.timeToLive, this.maxAttempts,
				this.attributes, this.codec, this.payload, this.awaited, this.idempotencyKey, this.uniqueKey, key);
	}

	Draft concurrencyKey(String key) {
		return attributes(AttributesCodec.encode(NewMessage.to(this.task).concurrencyKey(key)));
	}

	Keys keys() {
		return new Keys(this.task, this.idempotencyKey, this.uniqueKey, this.orderingKey,
				AttributesCodec.decode(this.attributes).concurrencyKey());
	}

	Insertion insertion(long id, long now) {
		return new Insertion(id, keys(), this.queue, this.task, this.priority, now, now + this.delay,
				(this.timeToLive != null) ? now + this.timeToLive : null, this.maxAttempts, this.attributes, this.codec,
				this.payload, this.awaited);
	}

	List<Draft> times(int count) {
		return java.util.Collections.nCopies(count, this);
	}

	static String attributes(String source, Map<String, String> headers, Map<String, Object> metadata, String... tags) {
		return AttributesCodec
			.encode(NewMessage.to("task").source(source).headers(headers).metadata(metadata).tags(tags));
	}

}
