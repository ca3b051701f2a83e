package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.store.PermitState;
import io.github.queuesqlite.store.PermitWish;
import org.jspecify.annotations.Nullable;

/**
 * Statements on the tables {@code permit_limit} and {@code permit}: how many handlers may
 * run at once, and how many of them each instance may run.
 * <p>
 * Permits are given in one transaction of the shard that is the home of the limit, and
 * only those that nobody has: so there are never more than the limit says. Those of an
 * instance go with it when it is declared dead.
 */
final class PermitTable {

	private static final String DECLARE = """
			INSERT INTO permit_limit (name, declared) VALUES (?1, ?2)
			ON CONFLICT (name) DO UPDATE SET declared = excluded.declared WHERE declared <> excluded.declared""";

	private static final String CHANGE = "UPDATE permit_limit SET chosen = ?2 WHERE name = ?1";

	static final String MOST = "SELECT coalesce(chosen, declared) FROM permit_limit WHERE name = ?1";

	static final String HOLDERS = "SELECT epoch, held, waits FROM permit WHERE name = ?1";

	private static final String PUT = """
			INSERT INTO permit (name, epoch, held, waits) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT (name, epoch) DO UPDATE SET held = excluded.held, waits = excluded.waits""";

	private static final String REMOVE = "DELETE FROM permit WHERE name = ?1 AND epoch = ?2";

	private static final String REMOVE_ALL = "DELETE FROM permit WHERE epoch = ?1";

	private static final String CHANGED = "UPDATE shard SET permit_changes = permit_changes + 1 WHERE id = 1";

	private final Statements statements;

	/** The number of changes that is known. */
	private long changes;

	/** Changes of this transaction. */
	private int ownChanges;

	private boolean changed;

	PermitTable(Statements statements) {
		this.statements = statements;
	}

	/** Brings what an instance has to what it wants, as far as there is some. */
	PermitState settle(long epoch, PermitWish wish, boolean alive) throws SQLException {
		String name = wish.limit();
		if (wish.declared() != null && this.statements.update(DECLARE, name, wish.declared()) > 0) {
			changed();
		}
		Long known = this.statements.number(MOST, name);
		int most = (known != null) ? known.intValue() : 0;
		Holder own = new Holder(epoch, 0, 0);
		List<Holder> others = new ArrayList<>();
		for (Holder holder : holders(name)) {
			if (holder.epoch() == epoch) {
				own = holder;
			}
			else {
				others.add(holder);
			}
		}
		Holder settled = settle(own, others, alive ? wish : new PermitWish(name, null, 0, false), most);
		if (!settled.equals(own)) {
			put(name, settled);
		}
		int free = most - settled.held() - others.stream().mapToInt(Holder::held).sum();
		return new PermitState(most, settled.held(), free, settled.waits() > 0,
				others.stream().anyMatch((other) -> other.waits() > 0), others.size() + 1);
	}

	private List<Holder> holders(String name) throws SQLException {
		List<Holder> holders = new ArrayList<>();
		this.statements.each((row) -> holders.add(new Holder(row.getLong(1), row.getInt(2), row.getLong(3))), HOLDERS,
				name);
		return holders;
	}

	private static Holder settle(Holder own, List<Holder> others, PermitWish wish, int most) {
		int kept = Math.min(own.held(), wish.keep());
		if (!wish.more()) {
			return new Holder(own.epoch(), kept, 0);
		}
		int share = (most + others.size()) / (others.size() + 1);
		long last = 0;
		int free = most - kept;
		int before = 0;
		for (Holder other : others) {
			free -= other.held();
			last = Math.max(last, other.waits());
			boolean first = own.waits() == 0 || other.waits() < own.waits();
			before += (other.waits() > 0 && first && other.held() < share) ? 1 : 0;
		}
		int room = ((last > 0) ? share : most) - kept;
		int granted = Math.max(0, Math.min(free - before, room));
		long place = (own.waits() > 0) ? own.waits() : last + 1;
		return new Holder(own.epoch(), kept + granted, (granted > 0) ? 0 : place);
	}

	private void put(String name, Holder holder) throws SQLException {
		if (holder.held() == 0 && holder.waits() == 0) {
			this.statements.update(REMOVE, name, holder.epoch());
		}
		else {
			this.statements.update(PUT, name, holder.epoch(), holder.held(), holder.waits());
		}
		changed();
	}

	/** Changes a limit, if there is one; null for what is declared. */
	boolean change(String name, @Nullable Integer most) throws SQLException {
		if (this.statements.update(CHANGE, name, most) == 0) {
			return false;
		}
		changed();
		return true;
	}

	/** An instance is dead. */
	void removeOf(long epoch) throws SQLException {
		if (this.statements.update(REMOVE_ALL, epoch) > 0) {
			changed();
		}
	}

	/** Those who wait are to look. */
	void changed() throws SQLException {
		this.statements.update(CHANGED);
		this.ownChanges++;
		this.changed = true;
	}

	/** The number of changes is read. */
	void read(long changes) {
		this.changed |= this.changes != changes;
		this.changes = changes;
	}

	void committed() {
		this.changes += this.ownChanges;
		this.ownChanges = 0;
	}

	void rolledBack() {
		this.changed = false;
		this.ownChanges = 0;
	}

	/** Returns whether somebody changed something since the last call. */
	boolean takeChanged() {
		boolean changed = this.changed;
		this.changed = false;
		return changed;
	}

	/**
	 * Who has or wants permits.
	 *
	 * @param epoch the instance
	 * @param held how many it has
	 * @param waits 0, or its place among those who want one
	 */
	private record Holder(long epoch, int held, long waits) {

	}

}
