package io.github.queuesqlite.payload;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.GroupMember;
import io.github.queuesqlite.message.GroupResult;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.PayloadException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * What became of the members of a group, as the store writes it: a JSON array, in which
 * each result stands as it was written, with its format.
 */
public final class GroupOutcomes implements PayloadCodec {

	/** Stands as codec beside what is stored. */
	public static final String NAME = "group";

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	private static final TypeReference<List<Outcome>> OUTCOMES = new TypeReference<>() {
	};

	private final Payloads payloads;

	GroupOutcomes(Payloads payloads) {
		this.payloads = payloads;
	}

	/**
	 * Writes outcomes.
	 * @param outcomes in the order of the members
	 * @return their bytes
	 */
	public static byte[] write(List<Outcome> outcomes) {
		return MAPPER.writeValueAsBytes(outcomes);
	}

	@Override
	public String name() {
		return NAME;
	}

	@Override
	public byte[] encode(Object value) {
		throw new PayloadException("Only the store itself writes what became of a group", null);
	}

	@Override
	public Object decode(byte[] bytes, Type type) {
		if (type != GroupResult.class && type != Object.class) {
			throw new PayloadException("What became of a group cannot be read as " + type.getTypeName() + ", only as "
					+ GroupResult.class.getName(), null);
		}
		try {
			List<GroupMember> members = new ArrayList<>();
			for (Outcome outcome : MAPPER.readValue(bytes, OUTCOMES)) {
				members.add(new Member(outcome, this.payloads));
			}
			return new GroupResult(members);
		}
		catch (JacksonException ex) {
			throw new PayloadException("Cannot read what became of a group: " + ex.getOriginalMessage(), ex);
		}
	}

	/**
	 * What became of a member.
	 *
	 * @param id the message
	 * @param task its task
	 * @param state how it ended
	 * @param codec the format of its result; null for none
	 * @param result null for none
	 * @param omitted whether the result is left out
	 * @param failure why its latest attempt failed; null for none
	 */
	public record Outcome(MessageId id, String task, MessageState state, @Nullable String codec,
			byte @Nullable [] result, boolean omitted, @Nullable Failure failure) {

	}

	private record Member(Outcome outcome, Payloads payloads) implements GroupMember {

		@Override
		public MessageId id() {
			return this.outcome.id();
		}

		@Override
		public String task() {
			return this.outcome.task();
		}

		@Override
		public MessageState state() {
			return this.outcome.state();
		}

		@Override
		public @Nullable Failure failure() {
			return this.outcome.failure();
		}

		@Override
		public <T> @Nullable T result(Class<T> type) {
			return read(type);
		}

		@Override
		public <T> @Nullable T result(ParameterizedTypeReference<T> type) {
			return read(type.getType());
		}

		@SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
		private <T> @Nullable T read(Type type) {
			if (this.outcome.omitted()) {
				throw new PayloadException("The result of message " + id() + " (task '" + task()
						+ "') was left out, as the results of its group were too large together: read it from the"
						+ " message", id(), null);
			}
			return (T) this.payloads.decode(this.outcome.codec(), this.outcome.result(), type);
		}

		@Override
		public String toString() {
			return "GroupMember[" + id() + ", task=" + task() + ", state=" + state() + "]";
		}

	}

}
