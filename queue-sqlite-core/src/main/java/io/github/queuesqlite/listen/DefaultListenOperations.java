package io.github.queuesqlite.listen;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiPredicate;

import io.github.queuesqlite.listen.ListenStore.StoredValue;
import io.github.queuesqlite.payload.Payloads;

/** Listen data in a store. */
final class DefaultListenOperations implements ListenOperations {

	private final ListenStore store;

	private final Payloads payloads;

	DefaultListenOperations(ListenStore store, Payloads payloads) {
		this.store = store;
		this.payloads = payloads;
	}

	@Override
	public long put(String key, Object value) {
		Payloads.Encoded plain = write(key, value);
		return put(key, plain, (codec, bytes) -> this.payloads.isSame(plain, codec, bytes));
	}

	@Override
	public long putAlways(String key, Object value) {
		return put(key, write(key, value), (codec, bytes) -> false);
	}

	private Payloads.Encoded write(String key, Object value) {
		ListenKeys.check(key);
		Objects.requireNonNull(value, "'value' must not be null; to take it away use remove");
		return this.payloads.write("value", value);
	}

	private long put(String key, Payloads.Encoded plain, BiPredicate<String, byte[]> equal) {
		Payloads.Encoded sealed = this.payloads.seal(plain);
		return this.store.put(key, Objects.requireNonNull(sealed.codec()), Objects.requireNonNull(sealed.bytes()),
				equal);
	}

	@Override
	public <T> Optional<T> get(String key, Class<T> type) {
		ListenKeys.check(key);
		Objects.requireNonNull(type, "'type' must not be null");
		return this.store.find(key).map((value) -> value(value).as(type));
	}

	@Override
	public boolean contains(String key) {
		return this.store.find(ListenKeys.check(key)).isPresent();
	}

	@Override
	public Map<String, ListenValue> getAll() {
		Map<String, ListenValue> values = new LinkedHashMap<>();
		this.store.findAll().forEach((value) -> values.put(value.key(), value(value)));
		return Collections.unmodifiableMap(values);
	}

	private ListenValue value(StoredValue value) {
		return new StoredListenValue(value, this.payloads);
	}

	@Override
	public boolean remove(String key) {
		return this.store.remove(ListenKeys.check(key));
	}

	@Override
	public OptionalLong version(String key) {
		return this.store.find(ListenKeys.check(key))
			.map((value) -> OptionalLong.of(value.version()))
			.orElseGet(OptionalLong::empty);
	}

	@Override
	public Set<String> keys() {
		return Collections.unmodifiableSet(new LinkedHashSet<>(this.store.keys()));
	}

	@Override
	public long size() {
		return this.store.size();
	}

}
