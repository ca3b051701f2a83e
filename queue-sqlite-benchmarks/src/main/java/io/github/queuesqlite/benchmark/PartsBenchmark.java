package io.github.queuesqlite.benchmark;

import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.payload.JsonPayloadCodec;
import io.github.queuesqlite.store.IdGenerator;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Ids and payloads. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PartsBenchmark {

	private final IdGenerator ids = new IdGenerator(InstantSource.system(), 1, 2, 0);

	private final MessageId id = new MessageId(this.ids.next());

	private final String text = this.id.toString();

	private final JsonPayloadCodec codec = new JsonPayloadCodec();

	private final Order order = new Order("4711", "Ada Lovelace", 3, 1999, "x".repeat(130));

	private final byte[] json = this.codec.encode(this.order);

	@Benchmark
	public long nextId() {
		return this.ids.next();
	}

	@Benchmark
	public String idToText() {
		return this.id.toString();
	}

	@Benchmark
	public MessageId textToId() {
		return MessageId.parse(this.text);
	}

	@Benchmark
	public byte[] payloadToJson() {
		return this.codec.encode(this.order);
	}

	@Benchmark
	public @Nullable Object jsonToPayload() {
		return this.codec.decode(this.json, Order.class);
	}

	/** A payload of about 200 bytes. */
	public record Order(String id, String customer, int pieces, int cents, String note) {

	}

}
