package io.github.queuesqlite.store.sqlite;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.IdLayout;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Which shards a directory has. Stored in {@code control.db} and in every shard.
 *
 * @param accepting shards that take new messages
 * @param draining shards that are being emptied
 * @param relocated whether rows may be in another shard than their id names
 * @param moving whether rows are being moved to their new homes
 */
record Layout(List<Integer> accepting, List<Integer> draining, boolean relocated, boolean moving) {

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	Layout {
		accepting = List.copyOf(accepting);
		draining = List.copyOf(draining);
	}

	static Layout ofShards(int shards) {
		return new Layout(IntStream.range(0, shards).boxed().toList(), List.of(), false, false);
	}

	static Layout parse(String json, String where) {
		try {
			Layout layout = MAPPER.readValue(json, Layout.class);
			if (layout.all().isEmpty()
					|| layout.all().stream().anyMatch((shard) -> shard < 0 || shard >= IdLayout.MAX_SHARDS)) {
				throw unknown(json, where, null);
			}
			return layout;
		}
		catch (JacksonException | NullPointerException ex) {
			throw unknown(json, where, ex);
		}
	}

	private static StoreUnavailableException unknown(String json, String where, @Nullable Exception cause) {
		return new StoreUnavailableException("The layout in " + where + " cannot be understood: " + Names.oneLine(json)
				+ ". Start the version of queue-sqlite that wrote it.", cause);
	}

	String toJson() {
		return MAPPER.writeValueAsString(this);
	}

	/** All shards, in order. */
	List<Integer> all() {
		TreeSet<Integer> all = new TreeSet<>(this.accepting);
		all.addAll(this.draining);
		return List.copyOf(all);
	}

	/** The layout after a change of the number of shards. */
	Layout resized(int shards) {
		List<Integer> accepting = IntStream.range(0, shards).boxed().toList();
		List<Integer> draining = new ArrayList<>(all());
		draining.removeAll(accepting);
		return new Layout(accepting, draining, true, true);
	}

	Layout moved() {
		return new Layout(this.accepting, this.draining, this.relocated, false);
	}

	Layout without(int shard) {
		List<Integer> draining = new ArrayList<>(this.draining);
		draining.remove(Integer.valueOf(shard));
		return new Layout(this.accepting, draining, this.relocated, this.moving);
	}

}
