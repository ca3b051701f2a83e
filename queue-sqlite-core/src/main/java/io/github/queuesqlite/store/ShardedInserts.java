package io.github.queuesqlite.store;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.QueueException;

/** Inserts messages, with their keys reserved first where another shard is their home. */
final class ShardedInserts {

	/** How many rows one insert takes. */
	private static final int MAX_ROWS = 1000;

	private final ShardGroup group;

	private final KeyReservations reservations;

	private final HandingLines lines;

	ShardedInserts(ShardGroup group, KeyReservations reservations) {
		this.group = group;
		this.reservations = reservations;
		this.lines = new HandingLines(group.keyThreads());
	}

	void insert(StoreInstance instance, List<Insertion> rows, Completion<InsertResult> completion) {
		check(rows);
		boolean apart = false;
		for (Insertion row : rows) {
			apart |= this.reservations.concerns(row) || this.lines.isHeld(row.keys().orderingKey());
		}
		if (apart) {
			insertOneByOne(instance, rows, completion);
		}
		else {
			insertTogether(instance, rows, completion);
		}
	}

	private static void check(List<Insertion> rows) {
		if (rows.isEmpty() || rows.size() > MAX_ROWS) {
			throw new IllegalArgumentException("'rows' must have 1 to " + MAX_ROWS + " rows, had " + rows.size());
		}
		int shard = IdLayout.shard(rows.get(0).id());
		for (Insertion row : rows) {
			checkShard(row, shard);
			row.composition().others().forEach((other) -> checkShard(other, shard));
		}
	}

	private static void checkShard(Insertion row, int shard) {
		if (IdLayout.shard(row.id()) != shard) {
			throw new IllegalArgumentException(
					"'rows' must be of one shard, were of " + shard + " and " + IdLayout.shard(row.id()));
		}
	}

	private void insertTogether(List<Insertion> rows, long reserver, Completion<InsertResult> completion) {
		long first = rows.get(0).id();
		this.group.openFor(IdLayout.shard(first), new MessageId(first))
			.offerBounded(new InsertCommand(rows, reserver, completion));
	}

	/** Inserts rows that have no key but, some of them, a unique key that is at home. */
	private void insertTogether(StoreInstance instance, List<Insertion> rows, Completion<InsertResult> completion) {
		boolean unique = false;
		for (Insertion row : rows) {
			unique |= row.keys().uniqueKey() != null;
		}
		insertTogether(rows, reserver(instance, rows), unique ? resolving(instance, rows, completion) : completion);
	}

	/** Who hands over what comes from another shard must live when it arrives. */
	private static long reserver(StoreInstance instance, List<Insertion> rows) {
		return (rows.get(0).terms().origin() != null) ? instance.epoch() : 0;
	}

	/** A unique key may be reserved for a message that has ended meanwhile. */
	private Completion<InsertResult> resolving(StoreInstance instance, List<Insertion> rows,
			Completion<InsertResult> completion) {
		return new Completion<>() {

			@Override
			public void succeeded(InsertResult result) {
				if (Arrays.stream(result.existing()).noneMatch((holder) -> holder < 0)) {
					completion.succeeded(result);
					return;
				}
				Gathered gathered = new Gathered(rows.size(), completion);
				for (int i = 0; i < rows.size(); i++) {
					long holder = result.existing()[i];
					QueueException failure = result.failed().get(i);
					if (failure != null) {
						gathered.set(i, failure);
					}
					else if (holder < 0) {
						ShardedInserts.this.reservations.insertUnlessHeld(instance.epoch(), rows.get(i), -holder,
								ShardedInserts.this::insertTogether, gathered.part(i));
					}
					else {
						gathered.set(i, holder);
					}
				}
			}

			@Override
			public void failed(QueueException failure) {
				completion.failed(failure);
			}

		};
	}

	private void insertOneByOne(StoreInstance instance, List<Insertion> rows, Completion<InsertResult> completion) {
		Gathered gathered = new Gathered(rows.size(), completion);
		for (int i = 0; i < rows.size(); i++) {
			Insertion row = rows.get(i);
			Completion<InsertResult> part = gathered.part(i);
			try {
				insertOne(instance, row, part);
			}
			catch (QueueException ex) {
				if (rows.size() == 1) {
					throw ex;
				}
				part.failed(ex);
			}
		}
	}

	private void insertOne(StoreInstance instance, Insertion row, Completion<InsertResult> completion) {
		String orderingKey = row.keys().orderingKey();
		if (orderingKey != null) {
			this.lines.hand(orderingKey, new RowStep(instance, row, completion));
		}
		else {
			insertAlone(instance, row, completion);
		}
	}

	private void insertAlone(StoreInstance instance, Insertion row, Completion<InsertResult> completion) {
		if (this.reservations.concerns(row)) {
			this.reservations.insert(instance.epoch(), row, this::insertTogether, completion);
		}
		else {
			insertTogether(instance, List.of(row), completion);
		}
	}

	/** A row of a line. */
	private final class RowStep implements HandingLines.Step {

		private final StoreInstance instance;

		private final Insertion row;

		private final Completion<InsertResult> completion;

		RowStep(StoreInstance instance, Insertion row, Completion<InsertResult> completion) {
			this.instance = instance;
			this.row = row;
			this.completion = completion;
		}

		@Override
		public boolean reserves() {
			return ShardedInserts.this.reservations.concerns(this.row);
		}

		@Override
		public void hand(Runnable over) {
			insertAlone(this.instance, this.row, reserves() ? then(over) : this.completion);
		}

		@Override
		public void refuse(QueueException failure) {
			this.completion.failed(failure);
		}

		private Completion<InsertResult> then(Runnable over) {
			AtomicBoolean told = new AtomicBoolean();
			return new Completion<>() {

				@Override
				public void succeeded(InsertResult result) {
					tell();
					RowStep.this.completion.succeeded(result);
				}

				@Override
				public void failed(QueueException failure) {
					tell();
					RowStep.this.completion.failed(failure);
				}

				/** The store may tell twice when it ran out of memory between. */
				private void tell() {
					if (told.compareAndSet(false, true)) {
						over.run();
					}
				}

			};
		}

	}

	/** Puts the results of rows together that were stored one by one. */
	private static final class Gathered {

		private final AtomicReferenceArray<Object> outcomes;

		private final AtomicInteger missing;

		private final Completion<InsertResult> completion;

		Gathered(int size, Completion<InsertResult> completion) {
			this.outcomes = new AtomicReferenceArray<>(size);
			this.missing = new AtomicInteger(size);
			this.completion = completion;
		}

		Completion<InsertResult> part(int index) {
			return new Completion<>() {

				@Override
				public void succeeded(InsertResult result) {
					QueueException failure = result.failed().get(0);
					set(index, (failure != null) ? failure : (Object) result.existing()[0]);
				}

				@Override
				public void failed(QueueException failure) {
					set(index, failure);
				}

			};
		}

		private void set(int index, Object outcome) {
			this.outcomes.set(index, outcome);
			if (this.missing.decrementAndGet() == 0) {
				finish();
			}
		}

		private void finish() {
			long[] existing = new long[this.outcomes.length()];
			Map<Integer, QueueException> failed = new TreeMap<>();
			for (int i = 0; i < existing.length; i++) {
				Object outcome = this.outcomes.get(i);
				if (outcome instanceof QueueException failure) {
					failed.put(i, failure);
				}
				else {
					existing[i] = (Long) outcome;
				}
			}
			if (existing.length == 1 && !failed.isEmpty()) {
				this.completion.failed(failed.values().iterator().next());
			}
			else {
				this.completion.succeeded(new InsertResult(existing, failed));
			}
		}

	}

}
