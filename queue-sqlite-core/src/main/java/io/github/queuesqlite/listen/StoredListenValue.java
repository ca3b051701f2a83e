package io.github.queuesqlite.listen;

import java.time.Instant;
import java.util.Objects;

import io.github.queuesqlite.listen.ListenStore.StoredValue;
import io.github.queuesqlite.payload.Payloads;

/** Shows a stored value. */
final class StoredListenValue implements ListenValue {

	private final StoredValue stored;

	private final Payloads payloads;

	StoredListenValue(StoredValue stored, Payloads payloads) {
		this.stored = stored;
		this.payloads = payloads;
	}

	@Override
	public String key() {
		return this.stored.key();
	}

	@Override
	public long version() {
		return this.stored.version();
	}

	@Override
	public Instant at() {
		return this.stored.at();
	}

	@Override
	@SuppressWarnings({ "unchecked", "NullAway" }) // null only for a JSON null
	public <T> T as(Class<T> type) {
		Objects.requireNonNull(type, "'type' must not be null");
		return (T) this.payloads.decode(this.stored.codec(), this.stored.value(), type);
	}

	@Override
	public String toString() {
		return "ListenValue[key=" + key() + ", version=" + version() + ", at=" + at() + "]";
	}

}
