package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongPredicate;

import io.github.queuesqlite.flight.ClaimEvent;
import io.github.queuesqlite.flight.FlightEvents;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a shard's writer does in each transaction: ends of runs first, then inserts, then
 * everything else, then claims for the standing demands. So a message may be inserted and
 * claimed by one commit, and the end of one run and the claim of the next share theirs.
 */
final class MessageTurn implements Turn<ShardSession> {

	private static final Logger logger = LoggerFactory.getLogger(MessageTurn.class);

	/** Room that is made in time: more lanes need memory when memory may be short. */
	private static final int MOST_LANES = 64;

	private final int shard;

	private final List<Claimer> claimers;

	private final List<StoreListener> listeners;

	private final LongPredicate ownEpochs;

	/** Those that want something and have not been answered. */
	private final List<Claimer> unanswered = new ArrayList<>(MOST_LANES);

	/** What this transaction claimed, by claimer. */
	private final List<Claimed> claimed = new ArrayList<>();

	/** What the latest transaction claimed, when nobody knows whether it is committed. */
	private final List<RunKey> doubtful = new ArrayList<>();

	/** Claimed and committed, but their lane could not take them: they go back. */
	private final List<Claimed> untaken = new ArrayList<>(MOST_LANES);

	private List<StoreListener.Ended> ended = List.of();

	private List<StoreListener.TakenBack> takenBack = List.of();

	/** What this transaction stored, if anybody wants to know. */
	private final List<Insertion> stored = new ArrayList<>();

	private final SplittableRandom chance = new SplittableRandom();

	/** Whether this transaction changed permits. */
	private boolean permitsChanged;

	/** Whether this transaction added messages to hand over. */
	private boolean relaysAdded;

	/** When the next message was due before and after this transaction. */
	private long dueBefore;

	private long dueAt;

	/** When the next schedule fired before and after this transaction. */
	private long firingBefore;

	private long firingAt;

	MessageTurn(int shard, CopyOnWriteArrayList<Claimer> claimers, CopyOnWriteArrayList<StoreListener> listeners,
			LongPredicate ownEpochs) {
		this.shard = shard;
		this.claimers = claimers;
		this.listeners = listeners;
		this.ownEpochs = ownEpochs;
	}

	@Override
	public boolean isWanted(ShardSession session) throws SQLException {
		if (!this.untaken.isEmpty()) {
			return true;
		}
		tellOfReady(session);
		for (Claimer claimer : this.claimers) {
			if (wanted(session, claimer) > 0 || wantsSuspect(session, claimer)) {
				return true;
			}
		}
		return false;
	}

	@Override
	public int execute(ShardSession session, List<Command<ShardSession>> batch, int mostRows) throws SQLException {
		this.dueBefore = session.nextDueAt();
		this.firingBefore = session.nextFiringAt();
		int rows = giveBack(session) + settle(session, batch) + insert(session, batch);
		for (Command<ShardSession> command : batch) {
			if (!(command instanceof SettleCommand) && !(command instanceof InsertCommand)) {
				command.execute(session);
				rows++;
			}
		}
		session.passOn();
		rows += claim(session, mostRows);
		if (rows > 0) {
			session.prune(2 * rows);
		}
		tell(session.takeStored());
		this.ended = session.takeEnded();
		this.takenBack = session.takeTakenBack();
		this.permitsChanged = session.takePermitsChanged();
		this.relaysAdded = session.takeRelaysAdded();
		this.dueAt = session.nextDueAt();
		this.firingAt = session.nextFiringAt();
		return rows;
	}

	private void tell(List<Insertion> stored) {
		if (!stored.isEmpty() && wantStored()) {
			this.stored.addAll(stored);
		}
	}

	private int giveBack(ShardSession session) throws SQLException {
		int rows = 0;
		for (Claimed claim : this.untaken) {
			session.unclaim(claim.messages().stream().map(StoredMessage::runKey).toList());
			rows += claim.messages().size();
		}
		return rows;
	}

	private int settle(ShardSession session, List<Command<ShardSession>> batch) throws SQLException {
		List<SettleCommand> commands = only(batch, SettleCommand.class);
		if (!commands.isEmpty()) {
			List<Settlement> settlements = new ArrayList<>(commands.size());
			commands.forEach((command) -> settlements.add(command.settlement()));
			SettleResult[] results = session.settle(settlements);
			for (int i = 0; i < results.length; i++) {
				commands.get(i).result(results[i]);
				List<Insertion> followUps = settlements.get(i).followUps();
				if (!followUps.isEmpty() && results[i] == SettleResult.APPLIED && wantStored()) {
					followUps.stream().filter((row) -> !row.isRelayedBy(session.shard())).forEach(this::stored);
				}
			}
		}
		return commands.size();
	}

	private int insert(ShardSession session, List<Command<ShardSession>> batch) throws SQLException {
		List<InsertCommand> commands = new ArrayList<>();
		for (InsertCommand command : only(batch, InsertCommand.class)) {
			if (command.mayInsert(session)) {
				commands.add(command);
			}
		}
		if (commands.isEmpty()) {
			return 0;
		}
		List<Insertion> rows = new ArrayList<>();
		commands.forEach((command) -> rows.addAll(command.insertions()));
		InsertResult result = session.insert(rows);
		int from = 0;
		for (InsertCommand command : commands) {
			from = command.result(result, from);
		}
		if (wantStored()) {
			for (int i = 0; i < result.existing().length; i++) {
				if (result.isInserted(i)) {
					stored(rows.get(i));
				}
			}
		}
		return rows.size();
	}

	private void stored(Insertion row) {
		this.stored.add(row);
		this.stored.addAll(row.composition().others());
	}

	private boolean wantStored() {
		for (StoreListener listener : this.listeners) {
			if (listener.wantsStored()) {
				return true;
			}
		}
		return false;
	}

	private static <C> List<C> only(List<Command<ShardSession>> batch, Class<C> type) {
		List<C> commands = new ArrayList<>();
		for (Command<ShardSession> command : batch) {
			if (type.isInstance(command)) {
				commands.add(type.cast(command));
			}
		}
		return commands;
	}

	/**
	 * Who is asked first is left to chance, so that none starves another: with turns,
	 * whoever wants the same messages may get them whenever it is the other's turn.
	 */
	private int claim(ShardSession session, int mostRows) throws SQLException {
		tellOfReady(session);
		int rows = 0;
		int size = this.claimers.size();
		int first = (size > 1) ? this.chance.nextInt(size) : 0;
		for (int i = 0; i < size; i++) {
			Claimer claimer = claimer((first + i) % size);
			if (claimer == null) {
				continue;
			}
			if (wantsSuspect(session, claimer) && claimer.reserveForSuspect(this.shard)) {
				rows += claimSuspect(session, claimer);
			}
			int wanted = (rows < mostRows) ? wanted(session, claimer) : 0;
			if (wanted > 0) {
				rows += claim(session, claimer, Math.min(wanted, mostRows - rows));
			}
		}
		this.unanswered.removeIf((claimer) -> !this.claimers.contains(claimer));
		return rows;
	}

	private int claim(ShardSession session, Claimer claimer, int wanted) throws SQLException {
		List<StoredMessage> messages = List.of();
		ClaimEvent event = FlightEvents.claim();
		try {
			messages = session.claim(claimer.owner().epoch(), claimer.queue(), claimer.tasks(), wanted,
					claimer.quota());
		}
		finally {
			// Who was asked is answered, also when the claim fails.
			this.unanswered.remove(claimer);
			this.claimed.add(new Claimed(claimer, messages, 0, false));
			if (event != null) {
				event.over(this.shard, claimer.queue(), wanted, messages.size());
			}
		}
		return messages.size();
	}

	private int claimSuspect(ShardSession session, Claimer claimer) throws SQLException {
		List<Suspect> suspects = List.of();
		try {
			suspects = session.claimSuspects(claimer.owner().epoch(), claimer.queue(), claimer.tasks(), 1,
					claimer.quota());
		}
		finally {
			this.claimed.add(suspects.isEmpty() ? new Claimed(claimer, List.of(), 0, true)
					: new Claimed(claimer, List.of(suspects.get(0).message()), suspects.get(0).deaths(), true));
		}
		return suspects.size();
	}

	private boolean wantsSuspect(ShardSession session, Claimer claimer) throws SQLException {
		long seq = session.firstSuspect(claimer.queue(), claimer.tasks());
		return seq != ShardSession.NO_SUSPECT && claimer.wantsSuspect(this.shard, seq);
	}

	/**
	 * Who shares room with others can choose only once it knows what there is for them.
	 */
	private void tellOfReady(ShardSession session) throws SQLException {
		for (Claimer claimer : this.claimers) {
			if (claimer.sharesRoom()) {
				this.unanswered.remove(claimer);
				claimer.ready(this.shard, bestReady(session, claimer));
			}
		}
	}

	private int wanted(ShardSession session, Claimer claimer) throws SQLException {
		int best = claimer.wantsNothing() ? Integer.MIN_VALUE : bestReady(session, claimer);
		boolean waits = this.unanswered.remove(claimer);
		int wanted = 0;
		if (best != Integer.MIN_VALUE) {
			wanted = claimer.wanted(this.shard, best);
		}
		else if (waits) {
			// There was something for it when it was asked.
			guard(() -> claimer.claimed(this.shard, List.of()));
		}
		if (wanted > 0) {
			this.unanswered.add(claimer);
		}
		return wanted;
	}

	/** The lowest number for none. */
	private int bestReady(ShardSession session, Claimer claimer) throws SQLException {
		tellOfMissing(session, claimer);
		if (session.isAnyCrowded()) {
			claimer.keysWait();
		}
		return session.bestReady(claimer.queue(), claimer.tasks());
	}

	private void tellOfMissing(ShardSession session, Claimer claimer) throws SQLException {
		for (String name : claimer.unpermitted()) {
			Set<String> task = Set.of(name);
			if (session.bestReady(claimer.queue(), task) != Integer.MIN_VALUE
					|| session.firstSuspect(claimer.queue(), task) != ShardSession.NO_SUSPECT) {
				claimer.missesPermit(this.shard, name);
			}
		}
	}

	private @Nullable Claimer claimer(int index) {
		try {
			return this.claimers.get(index);
		}
		catch (IndexOutOfBoundsException ex) {
			return null; // detached meanwhile
		}
	}

	@Override
	public void committed() {
		List<StoreListener.Ended> ended = this.ended;
		this.ended = List.of();
		this.untaken.clear();
		tellOfStored();
		tellOfTakenBack();
		if (this.permitsChanged) {
			this.listeners.forEach((listener) -> guard(listener::permitsChanged));
		}
		if (!ended.isEmpty()) {
			this.listeners.forEach((listener) -> guard(() -> listener.ended(ended)));
		}
		for (int i = 0; i < this.claimed.size(); i++) {
			hand(this.claimed.get(i));
		}
		this.claimed.clear();
		if (this.dueAt < this.dueBefore) {
			this.listeners.forEach((listener) -> guard(() -> listener.dueChanged(this.dueAt)));
		}
		if (this.firingAt < this.firingBefore) {
			this.listeners.forEach((listener) -> guard(() -> listener.firingChanged(this.firingAt)));
		}
		if (this.relaysAdded) {
			this.listeners.forEach((listener) -> guard(listener::relaysAdded));
		}
	}

	/** Before anything of it ends or is claimed. */
	private void tellOfStored() {
		if (!this.stored.isEmpty()) {
			List<Insertion> stored = List.copyOf(this.stored);
			this.stored.clear();
			for (StoreListener listener : this.listeners) {
				if (listener.wantsStored()) {
					guard(() -> listener.stored(stored));
				}
			}
		}
	}

	private void tellOfTakenBack() {
		List<StoreListener.TakenBack> takenBack = this.takenBack;
		this.takenBack = List.of();
		if (!takenBack.isEmpty()) {
			this.listeners.forEach((listener) -> guard(() -> listener.takenBack(takenBack)));
		}
	}

	private void hand(Claimed claim) {
		try {
			claim.hand(this.shard);
		}
		catch (RuntimeException | Error ex) {
			// Nobody else would take them back: their owner lives.
			this.untaken.add(claim);
			guard(() -> {
				claim.refuse(this.shard);
				logger.error("Queue '{}' could not take {} messages; they go back", claim.claimer().queue(),
						claim.messages().size(), ex);
			});
		}
	}

	@Override
	public void rolledBack(boolean doubtful) {
		this.ended = List.of();
		this.takenBack = List.of();
		this.stored.clear();
		this.permitsChanged = false;
		this.relaysAdded = false;
		for (Claimed claim : this.claimed) {
			if (doubtful) {
				claim.messages().forEach((message) -> this.doubtful.add(message.runKey()));
			}
			guard(() -> claim.refuse(this.shard));
		}
		this.claimed.clear();
		this.claimers.forEach(this::tellOfNothing);
	}

	/** Others need not wait for a shard that may not come back soon. */
	private void tellOfNothing(Claimer claimer) {
		if (claimer.sharesRoom()) {
			this.unanswered.remove(claimer);
			guard(() -> claimer.ready(this.shard, Integer.MIN_VALUE));
		}
	}

	@Override
	public void reconcile(ShardSession session) throws SQLException {
		if (!this.doubtful.isEmpty()) {
			session.begin(false);
			session.unclaim(this.doubtful);
			session.commit();
			this.doubtful.clear();
		}
	}

	@Override
	public void quarantined() {
		this.claimers.forEach((claimer) -> guard(() -> claimer.quarantined(this.shard)));
	}

	@Override
	public void changedElsewhere(ShardSession session) throws SQLException {
		long firingBefore = session.nextFiringAt();
		session.refresh();
		long firingAt = session.nextFiringAt();
		if (firingAt < firingBefore) {
			this.listeners.forEach((listener) -> guard(() -> listener.firingChanged(firingAt)));
		}
		if (session.takePermitsChanged()) {
			this.listeners.forEach((listener) -> guard(listener::permitsChanged));
		}
		if (session.takeRelaysAdded()) {
			this.listeners.forEach((listener) -> guard(listener::relaysAdded));
		}
		Pauses pauses = session.pauses();
		this.listeners.forEach((listener) -> guard(() -> listener.pausesChanged(pauses)));
		List<RunKey> cancelled = session.takeSignals(this.ownEpochs);
		for (RunKey key : cancelled) {
			this.listeners.forEach((listener) -> guard(() -> listener.cancelRequested(key)));
		}
	}

	private static void guard(Runnable call) {
		try {
			call.run();
		}
		catch (RuntimeException | Error ex) {
			logger.error("A listener of the store failed", ex);
		}
	}

	/** What was claimed for a lane: messages, or one suspect if any. */
	private record Claimed(Claimer claimer, List<StoredMessage> messages, int deaths, boolean suspect) {

		void hand(int shard) {
			if (!this.suspect) {
				this.claimer.claimed(shard, this.messages);
			}
			else {
				this.claimer
					.claimedSuspect(this.messages.isEmpty() ? null : new Suspect(this.messages.get(0), this.deaths));
			}
		}

		void refuse(int shard) {
			Quota quota = this.claimer.quota();
			quota.permits(this.messages).forEach(quota::giveBack);
			if (!this.suspect) {
				this.claimer.claimed(shard, List.of());
			}
			else {
				this.claimer.claimedSuspect(null);
			}
		}

	}

}
