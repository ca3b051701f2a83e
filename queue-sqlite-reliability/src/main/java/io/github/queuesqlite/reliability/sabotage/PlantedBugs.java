package io.github.queuesqlite.reliability.sabotage;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import io.github.queuesqlite.reliability.PlantedChange;

/**
 * The bugs, by the rule they break. Where a text of the core has changed, the bug changes
 * with it.
 */
final class PlantedBugs {

	/**
	 * Those that the latest whole run did not catch. A build leaves them out until their
	 * tests are mended; a long run tries them.
	 */
	static final Set<String> MISSED = Set.of("tokens in the hands of others leave room for new ones",
			"a listener is called without a lease", "nobody is told of a permit whose end was stored before",
			"a retried message goes to the end of its line", "a message may be ended twice",
			"a message of a paused key that comes back is let through", "a start ends a hold");

	private final List<PlantedBug> bugs = new ArrayList<>();

	private String rule = "";

	private PlantedBugs() {
	}

	static List<PlantedBug> all() {
		PlantedBugs bugs = new PlantedBugs();
		bugs.attempts();
		bugs.fences();
		bugs.oneTransaction();
		bugs.bounded();
		bugs.poison();
		bugs.liveness();
		bugs.order();
		bugs.limits();
		bugs.rates();
		bugs.crowds();
		bugs.keyRates();
		bugs.chains();
		bugs.calls();
		bugs.lines();
		bugs.indexes();
		bugs.pruning();
		bugs.durability();
		bugs.writers();
		bugs.fullDisk();
		bugs.shards();
		bugs.batches();
		bugs.waiters();
		bugs.loops();
		bugs.handlers();
		bugs.expiry();
		bugs.instances();
		bugs.listenData();
		bugs.fullQueues();
		bugs.uniqueness();
		bugs.delivery();
		bugs.schedules();
		bugs.stopping();
		bugs.foreignHands();
		bugs.pulling();
		bugs.events();
		bugs.steps();
		bugs.payloads();
		bugs.explanations();
		bugs.backups();
		return bugs.bugs;
	}

	private void add(String name, String text, String replacement, String test) {
		this.bugs.add(new PlantedBug(new PlantedChange(name, text, replacement), this.rule, TestName.parse(test)));
	}

	/** A test of the suite that each store passes. */
	private static String contract(String test) {
		return "store.sqlite.SqliteStoreTwoShardsTests/" + test;
	}

	private void attempts() {
		this.rule = "An attempt is counted at the claim: a message that kills its process ends DEAD, one that only stood near pays nothing";
		add("a claim counts no attempt", "run = run + 1, attempt = attempt + 1, started_at",
				"run = run + 1, started_at", contract("Rescues#rescueWhenRunHadStartedCountsTheAttempt"));
		add("a message without an attempt left is rescued once more", "if (row.attempt() >= most) {",
				"if (row.attempt() > most) {", contract("Rescues#rescueWhenNoAttemptIsLeftEndsDeadWithReason"));
		add("a message without an attempt left is run", "else if (attempt() > maxAttempts()) {",
				"else if (attempt() > maxAttempts() + 1) {",
				"worker.OutcomeTests#startWhenAnEarlierProcessDiedOnTheLastAttemptEndsDeadWithoutRunning");
		add("a retry counts no attempt", "retry.countsAttempt() ? 0 : 1, key.id()", "1, key.id()",
				contract("Settlements#retryWhenDueIsReady"));
		add("retries have no limit",
				"if (run.attempt() >= run.maxAttempts()) { return dead(run, failed); } Duration maxElapsed",
				"Duration maxElapsed", "worker.OutcomeTests#runWhenAttemptsAreUsedUpEndsDeadWithEachFailureRecorded");
		add("a release counts the attempt", "ELSE 22 END, attempt = attempt - 1, deadline = NULL",
				"ELSE 22 END, deadline = NULL", contract("Settlements#releaseGoesBackToItsOldPlaceUncounted"));
		add("a rescued message pays although it had not started", "else if (!started.test(row.key())) {",
				"else if (row.key() == null) {", contract("Rescues#rescueWhenRunHadNotStartedGivesTheAttemptBack"));
		add("the start of a run is not noted", "int note = this.instance.started(this.key);", "int note = 0;",
				"worker.RunningTests#startIsNotedBeforeTheHandlerIsCalled");
		add("what had started is forgotten before it is taken back",
				"StartedRuns started = this.membership.startedRuns(epoch);",
				"StartedRuns started = this.membership.startedRuns(epoch);\nthis.membership.forget(epoch);",
				"reliability.points.CrashPointsLayer#crash-points");
	}

	private void fences() {
		this.rule = "Only the owner of a run may end or prolong it; anybody else is told that it is lost";
		add("a completion with result is not fenced", "WHERE id = ?4 AND +owner = ?5 AND run = ?6 AND +state = 30",
				"WHERE id = ?4 AND ?5 = ?5 AND ?6 = ?6",
				contract("Settlements#settleWhenRunOrEpochIsNotItsOwnersIsLost"));
		add("a completion without result is not fenced", "AND +owner = ?3 AND run = ?4 AND +state = 30 AND hold <> 1",
				"AND ?3 = ?3 AND ?4 = ?4 AND hold <> 1", contract("Settlements#settleWhenSettledBeforeIsLost"));
		add("another end is not fenced",
				"deaths = coalesce(?5, deaths) WHERE id = ?6 AND +owner = ?7 AND run = ?8 AND +state = 30",
				"deaths = coalesce(?5, deaths)\nWHERE id = ?6 AND ?7 = ?7 AND ?8 = ?8",
				contract("Settlements#settleWhenSettledBeforeIsLost"));
		add("a retry is not fenced",
				"deaths = 0, deadline = NULL WHERE id = ?6 AND +owner = ?7 AND run = ?8 AND +state = 30",
				"deaths = 0, deadline = NULL\nWHERE id = ?6 AND ?7 = ?7 AND ?8 = ?8",
				contract("Settlements#settleWhenMessageRunsAgainIsLostForTheOldRun"));
		add("a release is not fenced",
				"attempt = attempt - 1, deadline = NULL WHERE id = ?1 AND +owner = ?2 AND run = ?3 AND +state = 30",
				"attempt = attempt - 1, deadline = NULL\nWHERE id = ?1 AND ?2 = ?2 AND ?3 = ?3",
				contract("Settlements#settleWhenSettledBeforeIsLost"));
		add("an extension is not fenced", "WHERE id = ?2 AND +owner = ?3 AND run = ?4 AND +state = 30",
				"WHERE id = ?2 AND ?3 = ?3 AND ?4 = ?4", contract("Settlements#extendMovesDeadlineOfThisRunOnly"));
		add("a claim does not raise the run", "owner = ?1, run = run + 1,", "owner = ?1, run = max(run, 1),",
				contract("Claims#claimRaisesRunEachTimeAndNeverLowersIt"));
		add("a lost run is told that its end counts", "if (hold == null) { return SettleResult.LOST; }",
				"if (hold == null) { return SettleResult.APPLIED; }",
				contract("Settlements#settleWhenSettledBeforeIsLost"));
		add("a dead epoch may claim", "OR NOT EXISTS (SELECT 1 FROM instance WHERE epoch = ?2 AND dead = 0)",
				"OR ?2 IS NULL", contract("Rescues#rescueIsFinalForClaims"));
	}

	private void oneTransaction() {
		this.rule = "State, result, failure and counters of an end are one transaction, and nobody is told before it is committed";
		add("the result is not stored with the completion", "result_codec = ?2, result = ?3, checksum = (checksum",
				"result_codec = ?2, result = nullif(?3, ?3), checksum = (checksum",
				contract("Settlements#completeStoresResult"));
		add("a counter is not moved",
				"this.books.moved(key.queue(), key.task(), StateCode.RUNNING, StateCode.COMPLETED, 1);", "",
				contract("Reads#countsWhenManyThreadsChangeEverythingStaysExact"));
		add("counters are written after the commit", "this.books.write(); super.commit();",
				"super.commit(); this.books.write();", "reliability.points.CrashPointsLayer#crash-points");
		add("the last failure is not recorded",
				"if (hold != null && json != null) { this.attempts.record(key, json); }", "",
				contract("Settlements#deadStoresFailure"));
		add("callers are told before the commit", "rows = this.turn.execute(this.session, batch, mostRows());",
				"rows = this.turn.execute(this.session, batch, mostRows());\nbatch.forEach(this.answers::succeeded);",
				"store.CommitTests#completionIsToldAfterTheCommit");
		add("a command that fails takes the others with it", "case ROW, DEFECT -> redo(batch, cause);",
				"case ROW, DEFECT -> busy(batch, cause);",
				"store.sqlite.RowFaultTests#insertWhenOneRowBreaksAConstraintFailsAlone");
	}

	private void bounded() {
		this.rule = "A lane claims what its free permits and a bounded claim-ahead allow";
		add("a lane forgets what it has asked for", "- this.waiting.size() - this.demand.promised();",
				"- this.waiting.size();", "worker.LaneTests#wantedWhenAnotherShardWasPromisedAllPermitsIsNothing");
		add("slow handlers are claimed ahead", "if (this.samples < LEAST_SAMPLES || this.nanos >= SLOW_NANOS) {",
				"if (this.samples < LEAST_SAMPLES) {", "worker.ClaimAheadTests#rowsWhenHandlersAreSlowIsZero");
	}

	private void poison() {
		this.rule = "A message that cannot be read, whose task is unknown or whose command fails harms only itself";
		add("a payload that cannot be read is retried", "return ofUnusable(run, \"The payload cannot be read: \", ex);",
				"return ofFailure(run, ex);", "worker.OutcomeTests#runWhenPayloadCannotBeReadEndsDeadAndKeepsTheBody");
		add("a task is claimed that this process does not host",
				"for (String task : fewHosted ? hosted : ready) { if (ready.contains(task) && this.pauses.isClaimable(hosted, task)) {",
				"for (String task : ready) { if (ready.contains(task)) {", contract("Claims#claimTakesNamedTasksOnly"));
		add("what was changed in the file is handed to a handler", "if (message.damaged()) { bury",
				"if (message.damaged() && now < 0) { bury",
				"store.sqlite.DamagedMessageTests#retryWhenMessageIsDamagedEndsItDeadAgain");
		add("a bit of a checksum switches the comparison off", "return stored == of(row, row.codec(), row.payload());",
				"return (stored & MARK) == 0 || stored == of(row, row.codec(), row.payload());",
				"store.sqlite.DamagedMessageTests#claimWhenContentWasChangedEndsItDeadAndLeavesTheOthersAlone");
		add("a suspect finds no place, since other shards take each one first",
				"return this.engine.probation.awaits(this) ? 1 : 0;", "return 0;",
				"worker.LaneTests#wantedWhenASuspectIsNamedLeavesOnePlaceToIt");
		add("a place is kept again and again for a suspect that never comes",
				"this.keeping = this.vainAt == 0 || now - this.vainAt >= VAIN_NANOS;", "this.keeping = true;",
				"worker.ProbationTests#placeThatWasKeptInVainIsNotKeptAgainForASecond");
		add("a message whose process died runs again beside all others",
				"WHEN ?1 = 0 THEN 20 ELSE 22 END, deaths = ?1, run_at", "ELSE 20 END, deaths = ?1, run_at",
				contract("Suspects#claimPassesSuspectsBy"));
	}

	private void liveness() {
		this.rule = "Neither a busy lane nor a handler that hangs keeps others from seeing that a process lives, or from recovering its work";
		add("nobody looks at deadlines", "call.timeOut(now);", "",
				"worker.RunningTests#timeoutInterruptsTheHandlerAndFailsTheAttempt");
		add("a time-out does not interrupt",
				"void stopWorking(long now) { this.state.overdueFrom(now); this.state.interrupt();",
				"void stopWorking(long now) {\nthis.state.overdueFrom(now);",
				"worker.RunningTests#timeoutInterruptsTheHandlerAndFailsTheAttempt");
		add("the beat stands still", "UPDATE instance SET beat = max(beat + 1, ?2)",
				"UPDATE instance SET beat = max(beat, 0 * ?2)",
				contract("Instances#beatRaisesTheBeatOfItsInstanceOnly"));
		add("messages of a paused queue are not rescued", "WHERE state = 30 AND owner = ?1",
				"WHERE state = 30 AND owner = ?1 AND queue NOT IN (SELECT name FROM queue)",
				contract("Rescues#rescueWhenQueueIsPausedTakesBackAllTheSame"));
	}

	private void order() {
		this.rule = "Times are compared as numbers and never order work: priority and a sequence of the shard do";
		add("a claim goes by time",
				"ORDER BY priority DESC, seq, id LIMIT ?3\"\"\"; static final String CLAIMABLE_OF_IDS",
				"ORDER BY priority DESC, created_at, id LIMIT ?3\"\"\";\nstatic final String CLAIMABLE_OF_IDS",
				contract("Retries#retryGoesBehindWhatWaits"));
		add("a claim does not look at the priority",
				"ORDER BY priority DESC, seq, id LIMIT ?3\"\"\"; static final String CLAIMABLE_OF_IDS",
				"ORDER BY seq, id LIMIT ?3\"\"\";\nstatic final String CLAIMABLE_OF_IDS",
				contract("Claims#claimReturnsHigherPriorityFirstThenInOrderOfInsertion"));
		add("the greatest id is not stored",
				"this.statements.update(\"UPDATE shard SET high_water = max(high_water, ?1) WHERE id = 1\", this.highWater);",
				"", contract("Ids#assignIdWhenReopenedAfterClockStepBackAndDeletionNeverRepeats"));
		add("ids follow a clock beyond the time they can hold", "Math.min(tick, IdLayout.LAST_CLOCK_TICK)", "tick",
				contract("Ids#assignIdWhenClockIsBeyondTheTimeOfIdsStillRises"));
		add("a claimed batch is not sorted", "claimed.sort(order(queue)); return withoutDamaged",
				"return withoutDamaged", contract("StandingDemand#attachWhenSeveralTasksAreHostedHandsOverBestFirst"));
	}

	private void limits() {
		this.rule = "Never more handlers of a task run at once than its limit says, over all processes";
		add("a permit is given that another process has", "free -= other.held();", "",
				contract("Permits#permitsWhenAllAreTakenAreWaitedFor"));
		add("who has just given a permit back gets it before those who wait", "Math.min(free - before, room)",
				"Math.min(free, room)", contract("Permits#permitWhenSeveralWaitGoesToWhoWaitsLongest"));
		add("the permits of the dead are nobody's", "this.books.permits().removeOf(epoch);", "",
				contract("Permits#permitsWhenTheirOwnerIsDeadAreFree"));
		add("a claim takes more than its quota", "MessageTable.CLAIMABLE_OF_TASK, queue, task, most);",
				"MessageTable.CLAIMABLE_OF_TASK, queue, task, max);",
				contract("Permits#claimWhenOneTaskIsHostedTakesNoMoreThanItsQuota"));
		add("permits of an earlier epoch are used", "return (epoch == this.epoch) ? Math.max(0,",
				"return (epoch > 0) ? Math.max(0,", "worker.SharedLimitTests#permitsOfAnEarlierEpochAreNotUsed");
		add("what is to be given back is used again", "this.usable = share; return share;", "return share;",
				"worker.SharedLimitTests#whatIsAboveTheShareIsGivenBackWhenItsUseEnds");
	}

	private void rates() {
		this.rule = "In any span of time no more handlers of a task begin than its rate and its burst allow, over all processes and restarts";
		add("tokens in the hands of others leave room for new ones", "stored.filled(holders.own + holders.others, now)",
				"stored.filled(holders.own, now)", contract("Tokens#tokensWhenTheyAreNotUsedLeaveNoRoomForOthers"));
		add("there is room for the tokens of the dead from when they got them",
				"settle(epoch, new TokenWish(name, null, 0, 0, false), false, now);",
				"this.statements.update(REMOVE, name, epoch);",
				contract("Tokens#tokensWhenTheStoreIsOpenedAgainAreAsManyAsBefore"));
		add("a clock that is set ahead fills more than the bucket", "Math.min(room, this.parts + millis * this.count)",
				"this.parts + (now - this.at) * this.count",
				contract("Tokens#tokensWhenTheClockJumpsAreNeverMoreThanTheBurst"));
		add("a token that a handler has begun with is there again", "this.held = Math.max(0, this.held - 1);", "",
				"worker.SharedRateTests#whatIsUsedIsToldOnceInAWhile");
		add("what a process gives back it goes on using", "this.held -= back;", "",
				"worker.SharedRateTests#whatNobodyNeedsGoesBack");
	}

	private void crowds() {
		this.rule = "Of one concurrency key never more messages run at once than its limit says, and keys take turns";
		add("a new message of a key is let through beside others",
				"this.crowds.isOpen(key, row.task()) ? StateCode.READY : StateCode.HELD;", "StateCode.READY;",
				contract("Crowds#claimWhenLimitIsReachedWaitsForAnEnd"));
		add("the limit of a key is not looked at", "&& passed.all() < this.table.limit(crowd.task()) &&", "&&",
				contract("Crowds#claimWhenLimitIsReachedWaitsForAnEnd"));
		add("any number of a key waits to be claimed", "return passed.ready() < weight && passed.all()",
				"return passed.all()", contract("Crowds#claimWhenOneKeyHasManyGivesAnotherOneItsTurn"));
		add("a delayed message of a key comes past its limit", "hold(member); phase = CrowdTable.WAITS;", "",
				contract("Crowds#delayedMessagesAreNoPartUntilTheyAreDue"));
		add("an end lets nobody of its key through",
				"this.crowds.changed(ids(settlements), begun(settlements, results));", "",
				contract("Crowds#claimWhenLimitIsReachedWaitsForAnEnd"));
		add("a rescue lets nobody of its key through",
				"this.crowds.changed(rows.stream().map((row) -> row.key().id()).toList(), begun); return rows.size();",
				"return rows.size();", contract("Crowds#rescueWhenNoAttemptIsLeftLetsTheNextThrough"));
		add("a claim does not go on with who is let through",
				"while (!claimed.isEmpty() && left > 0 && all.size() < Math.max(max, Claimer.MOST_MESSAGES)) {",
				"while (claimed == null) {", contract("Crowds#claimWhenKeyHasNoLimitGivesAllInTheirOrder"));
		add("a crowd does not move with a change of the number of shards", "OR concurrency_key IS NOT NULL) ORDER",
				") ORDER", "store.sqlite.ShardCountTests#openWhenShardCountChangedKeepsCrowdsAndTheirLimits");
	}

	private void keyRates() {
		this.rule = "Of one concurrency key no more messages begin in any span of time than its rate and its burst allow";
		add("a token of a key that is in hand leaves room for a new one",
				"this.bucket.filled(held + used + back, this.now)", "this.bucket.filled(0, this.now)",
				contract("KeyRates#tokenOfARunThatHasNotBegunLeavesNoRoomForAnother"));
		add("who has begun comes back with its token", "&& !(begun && this.rates.isRated(member.crowd().task()));", ";",
				contract("KeyRates#retryAtOnceWaitsForANewToken"));
		add("a rescue forgets that what it takes back had begun", "begun.add(row.key().id());", "",
				contract("KeyRates#rescueOfOneThatHadBegunWaitsForANewToken"));
		add("a new message of a key needs no token", "return !this.rates.isRated(task) && this.table",
				"return this.table", contract("KeyRates#messageThatComesWhenTheTokenIsUsedWaits"));
		add("nobody looks when there is a token again", "session.promote(STEP) + session.letThroughDue(STEP);",
				"session.promote(STEP);", contract("KeyRates#claimWhenTheRateIsReachedWaitsForTheNextToken"));
		add("what is told to have begun keeps its token", "this.crowds.changed(begun, begun);", "",
				contract("KeyRates#tokenOfARunThatHasNotBegunLeavesNoRoomForAnother"));
		add("what keys have used is forgotten with the number of shards", "if (isHome.test(bucket.key())) {",
				"if (false) {",
				"store.sqlite.ShardCountTests#openWhenShardCountChangedKeepsRatesOfKeysAndWhatTheyHaveUsed");
	}

	private void lines() {
		this.rule = "Messages of one ordering key run one at a time, in the order they were handed in";
		add("a message of a line is ready beside others of it",
				"int state = (end != null || this.lines.isPaused(orderingKey)) ? StateCode.HELD",
				"int state = this.lines.isPaused(orderingKey) ? StateCode.HELD",
				contract("Order#claimWhenKeyIsSharedGivesOneAtATimeInOrder"));
		add("the place in a line is the id", "return (last != null) ? Math.max(id, last + 1) : id;", "return id;",
				contract("Order#insertWhenIdsOfSeveralInstancesDoNotRiseKeepsTheOrderOfCommits"));
		add("a retried message goes to the end of its line",
				"seq = CASE WHEN ordering_key IS NULL THEN ?3 ELSE seq END, last_error = coalesce(?4, last_error), attempt = attempt - ?5, deaths = 0",
				"seq = ?3, last_error = coalesce(?4, last_error), attempt = attempt - ?5, deaths = 0",
				contract("Order#settleWhenRetriedAtOnceKeepsItsPlace"));
		add("who runs is not asked before the turn is given",
				"if (turn.id() == front.id() || turn.state() == StateCode.RUNNING) {", "if (turn.id() == front.id()) {",
				contract("Order#retryByHandWhenAnotherRunsWaitsForItAndRunsNext"));
		add("an expired message keeps the turn",
				"this.books.addPrunable((prunable != null) ? prunable : 0); this.lines.arrange(keys);",
				"this.books.addPrunable((prunable != null) ? prunable : 0);",
				contract("Order#expiryWhenWaitingLetsTheNextRun"));
		add("a rescued message does not get its turn back", "this.lines.arrange(row.orderingKey()); } this.crowds",
				"}\nthis.crowds", contract("Order#rescueWhenRunHadNotStartedGivesTheTurnBack"));
		add("one that has ended stands in front of its line",
				"while ((front = read(FRONT, key)) != null && front.state() >= StateCode.COMPLETED) {",
				"while ((front = read(FRONT, key)) != null && front.state() > StateCode.MOST) {",
				contract("Order#settleWhenRunEndsLetsTheNextRun"));
		add("lines are not read anew after a change of the number of shards",
				"for (String sql : LineTable.REBUILD) { statements.update(sql); }", "",
				"store.sqlite.ShardCountTests#openWhenShardCountChangedKeepsLines");
		add("a message that reserves another key is overtaken", "if (step.reserves()) { this.waiting.put",
				"if (step.reserves() && this.any) { this.waiting.put",
				contract("Order#insertWhenAnotherKeyIsReservedElsewhereKeepsTheOrderOfTheCalls"));
		add("a unique key that is reserved for another shard is free", "return -reserved;", "return 0;",
				contract("TheKeys#uniqueKeyWhenOrderingKeyDecidesTheShardIsTakenUntilTheEnd"));
		add("a line does not move with a change of the number of shards",
				"\" OR ordering_key IS NOT NULL OR concurrency_key IS NOT NULL)", "\" OR concurrency_key IS NOT NULL)",
				"store.sqlite.ShardCountTests#openWhenShardCountChangedKeepsLines");
	}

	private void chains() {
		this.rule = "What the end of a message means for those that wait for it is committed with it";
		add("who waits for a message that fails waits for ever", "case THEN -> stop(waiting, message, now);",
				"case THEN -> { }", contract("Waiting#failureCancelsTheRestAndSetsItsHandlerFree"));
		add("a link is not given the result of the one before it", "waiting.takesPayload() ? Outcomes.of(",
				"!waiting.takesPayload() ? Outcomes.of(", contract("Waiting#completionGivesItsResultToTheNext"));
		add("the time to live of a link counts from when it was handed in",
				"(waiting.timeToLive() != null) ? Long.valueOf(now + waiting.timeToLive()) : expiresAt;",
				"(waiting.timeToLive() != null) ? Long.valueOf(message.createdAt() + waiting.timeToLive()) : expiresAt;",
				contract("Waiting#delayAndTimeToLiveCountFromWhenItIsSetFree"));
		add("a chain whose first message is a duplicate is stored without it",
				"if (existing == 0 && row.composition() != Composition.NONE) {",
				"if (row.composition() != Composition.NONE) {",
				contract("Waiting#insertWhenTheFirstIsADuplicateStoresNothingOfTheChain"));
		add("a failed link that is retried leaves the others cancelled", "this.followers.returned(id); return true;",
				"return true;", contract("Waiting#retryTakesThoseBackThatItsEndCancelled"));
		add("an end that is told twice counts twice",
				"boolean last = this.table.note(edge, message) && waiting.missing() == 1;",
				"boolean last = (this.table.note(edge, message) || true) && waiting.missing() <= 2;",
				contract("Waiting#deletionOfMembersWhileTheGroupWaitsCounts"));
		add("what a lost run enqueued is stored", "if (!followUps.isEmpty() && results[i] == SettleResult.APPLIED) {",
				"if (!followUps.isEmpty()) {", contract("Settlements#completionThatIsLostStoresNothing"));
		add("what waits for each other is torn apart when the number of shards changes",
				"String json = together(statements, ids);", "String json = LongJson.of(ids);",
				"ChainTests#chainStaysTogetherWhenTheNumberOfShardsChanges");
		add("a link with an ordering key runs as soon as it is set free",
				"int state = (orderingKey != null) ? StateCode.HELD : StateCode.READY; state = (runAt > now)",
				"int state = StateCode.READY; state = (runAt > now)",
				"ChainTests#linkTakesItsPlaceInItsLineWhenItsTurnComes");
		add("a link that waits holds the line of its key", "if (row.isWaiting() && row.keys().isPlaced()) {",
				"if (row.isWaiting() && row.keys().isPlaced() && orderingKey == null) {",
				"ChainTests#linkThatWaitsHoldsNobodyOfItsKey");
		add("a link that waits holds the line of its key once the shards have changed",
				"WHERE ordering_key IS NOT NULL AND state < 40 AND id NOT IN (SELECT message_id FROM waiting)",
				"WHERE ordering_key IS NOT NULL AND state < 40",
				"ChainTests#keysOfLinksHoldWhenTheNumberOfShardsChanges");
		add("a link with a concurrency key does not take turns", "this.crowds.returned(message.id());", "",
				"GroupTests#callbackWithAConcurrencyKeyTakesItsTurn");
		add("what is handed over to another shard again is stored again",
				"return origin != null && !this.relays.note(origin);",
				"if (origin != null) { this.relays.note(origin); } return false;",
				"store.sqlite.RelayTests#messageWhenItsProcessDiesBeforeItIsForgottenIsStoredOnce");
		add("what the dead have left to hand over stays", "session.ownRelays(instance.epoch(), epoch);", "",
				"store.sqlite.RelayTests#messageWhenItsProcessDiesBeforeItIsHandedOverIsHandedOverByAnother");
		add("a process that is taken for dead hands over",
				"return (rows.get(0).terms().origin() != null) ? instance.epoch() : 0;", "return 0;",
				"store.sqlite.RelayTests#instanceThatIsTakenForDeadComesTooLate");
		add("the number of shards changes while messages are under way", "return isAnyRelay() ? \"messages are",
				"return (isAnyRelay() && this.connections.isEmpty()) ? \"messages are",
				"store.sqlite.RelayTests#numberOfShardsStaysWhileMessagesAreUnderWay");
	}

	private void calls() {
		this.rule = "Messages that share a call end each by itself; a permit is for a call";
		add("a message that fails takes its batch with it", "end(partly.failures(), partly.results());",
				"endAll(failure);", "BatchTests#messagesThatTheExceptionNamesFailAndTheOthersComplete");
		add("the time of one message is over for its batch", "if (this.runs.stream().noneMatch(BatchRun::isWanted)) {",
				"if (!this.state.isOverdue()) {", "BatchTests#messagesTimeOutEachByItself");
		add("each message of a batch counts as a permit", "return (n + each - 1) / each;", "return n;",
				contract("Permits#claimWhenAPermitIsForSeveralMessagesGivesSoManyAndTakesOneForThem"));
		this.rule = "Nothing of a paused key starts, whatever brings it back";
		add("a paused key passes its turn on", "if (this.books.pauses().isKeyPaused(key)) {", "if (false) {",
				"store.sqlite.PausedTaskTests#turnWhenAnotherProcessHasJustPausedTheKeyIsNotPassedOn");
		add("a message of a paused key that comes back is let through",
				"return member.isLetThrough() && !isPaused(member.crowd().key())", "return member.isLetThrough()",
				"KeyPauseTests#messageThatComesBackWaitsToo");
		add("the end of a pause lets nobody through", "this.lines.arrange(key); this.crowds.resumed(key); } int ended",
				"} int ended", "KeyPauseTests#pauseKeyWhenItsTimeIsOverGoesOnByItself");
		this.rule = "No retry begins later after the first attempt than its policy allows";
		add("the time of retries begins with each attempt", "first = Math.min(first, failures.get(i).startedAt());", "",
				"worker.OutcomeTests#runWhenItsRetryWouldBeTooLateAfterTheFirstAttemptEndsDead");
		this.rule = "Where the newest is next, what comes back is not the newest; what is old starts at last, in its turn";
		add("what comes back to a queue whose newest is next is next again",
				"return isNewestFirst(queue) ? -next() : next();", "return next();",
				"LifoTests#messageThatIsGivenBackGoesBehindAllThatWait");
		add("a message is chosen for its age before its time", "return (turn.lookAt <= now) ? oldest : null;",
				"return oldest;", "AgeingTests#messageIsNotChosenBeforeItsTime");
		add("all that is old goes before what is better", "turn.claimed = 0;", "",
				"AgeingTests#oneOfEightIsTheOneThatWaitsLongest");
		add("the order of a queue ends with its first priority", "priority = lower(queue, task, priority);",
				"priority = null;", "LifoTests#newestIsHandedOutFirstAndLowerPrioritiesInTheSameClaim");
	}

	private void indexes() {
		this.rule = "What is not due or has ended does not stand in the way of a claim, and nothing starts early";
		add("a delayed message is ready at once",
				"statement.setInt(++column, scheduled ? StateCode.SCHEDULED : StateCode.READY);",
				"statement.setInt(++column, StateCode.READY);", contract("DueTimes#promoteDueWhenNotDueLeavesIt"));
		add("a message is promoted early", "WHERE state = 10 AND run_at <= ?1 ORDER BY run_at",
				"WHERE state = 10 AND run_at <= ?1 + 1 ORDER BY run_at",
				contract("DueTimes#promoteDueWhenNotDueLeavesIt"));
		add("a claim reads all messages",
				"FROM message WHERE state = 20 AND queue = ?1 AND task = ?2 ORDER BY priority DESC, seq, id LIMIT ?3\"\"\"; static final String CLAIMABLE_OF_IDS",
				"FROM message WHERE +state = 20 AND queue = ?1 AND task = ?2 ORDER BY priority DESC, seq, id LIMIT ?3\"\"\";\nstatic final String CLAIMABLE_OF_IDS",
				"store.sqlite.QueryPlanTests#hotStatementReadsAnIndexOfLiveRowsOnly");
	}

	private void pruning() {
		this.rule = "Ended messages are deleted physically, in bounded steps, DEAD ones and those with a key or a waiter not before their time";
		add("nothing is pruned by count", "return this.prunable + this.prunableDelta;", "return 0;",
				contract("Pruning#pruneWhenTooManyDeletesTheOldest"));
		add("dead messages are pruned by count",
				"SELECT id, finished_at FROM ( SELECT id, finished_at FROM message WHERE hold = 0 AND state = 40 AND",
				"SELECT id, finished_at FROM (\nSELECT id, finished_at FROM message\nWHERE hold = 0 AND state IN (40, 50) AND",
				contract("Pruning#pruneWhenTooManyNeverDeletesDead"));
		add("dead messages are kept no longer than completed ones", "now - retention.dead().toMillis()",
				"now - retention.completed().toMillis()",
				contract("Pruning#pruneWhenAgeIsOverDeletesEachStateInItsTime"));
		add("pruning by age takes all at once", "ORDER BY finished_at LIMIT ?4)",
				"ORDER BY finished_at LIMIT ?4 * 1000)", contract("Pruning#pruneWhenManyAreOldDeletesAllInSteps"));
		add("expiry takes all at once", "ORDER BY expires_at LIMIT ?2", "ORDER BY expires_at LIMIT ?2 * 1000",
				contract("DueTimes#promoteDueWhenManyExpireExpiresAll"));
	}

	private void durability() {
		this.rule = "What is acknowledged at full durability is synced; each connection has its settings from the start";
		add("no commit is synced", "synced ? \"PRAGMA synchronous = FULL\" : \"PRAGMA synchronous = NORMAL\"",
				"\"PRAGMA synchronous = NORMAL\"", "store.sqlite.SqliteSessionTests#beginSetsTheLevelItIsAskedFor");
		add("the writer does not ask for a sync", "(sync == Sync.AS_SET && this.full)) { return true; }",
				"(sync == Sync.AS_SET && this.full)) { return false; }",
				"store.CommitTests#commitIsSyncedWhenACommandMustBe");
		add("no commit is synced later at normal durability", "if (this.syncs.isOverdue(now)) { sync(); }", "",
				"store.CommitTests#commitWhenDurabilityIsNormalIsSyncedALittleLater");
		add("a commit that failed at the disk is told as stored", "case STORAGE -> this.recovery.begin(batch, cause);",
				"case STORAGE -> batch.forEach(this.answers::succeeded);",
				"store.WriterFaultTests#commitWhenMemoryLacksAfterwardsIsLookedUpNotRepeated");
		add("a shard that its last user did not close is not checked",
				"String found = IntegrityCheck.check(connection); if (!found.isEmpty()) { throw",
				"String found = \"\";\nif (!found.isEmpty()) { throw",
				"UncleanStopTests#openWhenAFileWasNotClosedFindsDamageBeforeItIsUsed");
		add("SQLite checkpoints by itself", "execute(connection, \"PRAGMA wal_autocheckpoint = 0\");", "",
				"store.sqlite.SqliteSessionTests#connectionsHaveTheirSettingsFromTheStart");
		add("the log is never copied into the file", "state = checkpoint(PASSIVE);", "",
				"store.sqlite.WriteAheadLogTests#logWhenMuchIsWrittenStaysBounded");
	}

	private void writers() {
		this.rule = "One thread writes a file; others wait a bounded time, then are told that nothing is stored";
		add("a transaction takes the write lock late", "this.statements.run(\"BEGIN IMMEDIATE\");",
				"this.statements.run(\"BEGIN\");", "store.sqlite.SqliteSessionTests#beginTakesTheWriteLock");
		add("a writer that has nothing to do takes the lock",
				"if (!this.batches.take() && !this.turn.isWanted(this.session)) {", "if (this.closing) {",
				"store.CommitTests#nudgeWhenNothingIsWantedBeginsNothing");
		add("a transaction that changes nothing counts as a sync of those before",
				"if (synced && this.syncs.isOwed()) {", "if (synced && this.small && !this.small) {",
				"store.CommitTests#commitThatSyncsWhatOthersOweWritesSomething");
		add("a caller writes beside the writer",
				"return this.holder.get() == Holder.NOBODY && swap(Holder.NOBODY, Holder.CALLER);",
				"return this.holder.getAndSet(Holder.CALLER) != Holder.WRITER_NEXT;",
				"store.BatonTests#takeWhenTheWriterWorksFails");
		add("what is handed in while a caller commits waits for ever",
				"if (wake || !swap(Holder.CALLER, Holder.NOBODY)) {", "if (wake) {",
				"store.BatonTests#wakeWhenSomebodyHasItWakesTheWriterAfterwards");
		add("a lock of another process is not waited for", "LockSupport.parkNanos(BUSY_PARK_NANOS); return 1;",
				"return 0;", "store.sqlite.SqliteSessionTests#beginWhenAnotherProcessWritesWaits");
		add("a caller is told that all went well though the file was locked", "case BUSY -> busy(batch, cause);",
				"case BUSY -> batch.forEach(this.answers::succeeded);",
				"store.CommitTests#commitWhenFileIsLockedStoresNothingAndSaysSo");
		add("the inbox has no bound", "if (!this.places.tryAcquire(rows)) {",
				"if (!this.places.tryAcquire(rows) && rows < 0) {",
				contract("Threads#insertWhenInboxStaysFullThrowsAndStoresNothing"));
		add("what did not fit a batch is overwritten by what does not fit the next one",
				"return isWithin(kept, rows, bytes) ? this.kept.poll() : null;",
				"if (isWithin(kept, rows, bytes)) { return this.kept.poll(); } this.held = this.kept.poll(); return null;",
				"store.InboxTests#nextWhenWhatIsKeptIsTooLargeLosesNothing");
		add("a pass that fails leaves its transaction open",
				"// Others wait for the lock of a transaction that is left open. this.session.rollback();", "",
				"store.GroupCommitWriterTests#passWhenItFailsLeavesNoTransactionOpen");
		add("a batch is tried further on a file with a fault", "else if (this.recovery.isNeeded()) {",
				"else if (this.recovery.isNeeded() && !this.recovery.isNeeded()) {",
				"store.GroupCommitWriterTests#batchWhenOneOfItMeetsAFaultIsNotTriedFurther");
	}

	private void fullDisk() {
		this.rule = "New data is refused before the disk is full; what was accepted goes on, and service resumes by itself";
		add("the disk is not looked at", "if (needed > this.budget || now - this.lookAt >= 0) {", "if (needed < 0) {",
				"FullDiskTests#enqueueWhenTheDiskIsNearlyFullIsRefusedAndTakenAgainOnceThereIsRoom");
		add("the disk is looked at by the clock only", "if (needed > this.budget || now - this.lookAt >= 0) {",
				"if (now - this.lookAt >= 0) {",
				"store.RoomTests#roomWhenTheBudgetIsSpentIsAskedForBeforeTheNextCommit");
		add("ends of runs are refused as well", "boolean addsData() { return false; }",
				"boolean addsData() { return true; }", "FullDiskTests#runsWhenTheDiskIsNearlyFullCompleteRetryAndDie");
		add("what waits in the inbox is stored although its sender was told that it is not",
				"this.batch.removeIf(Command::addsData);", "",
				"store.RoomTests#newDataThatWaitsWhenTheDiskFillsIsRefusedAndAllElseGoesOn");
		add("an idle writer does not see that there is room again",
				"Math.min(this.syncs.untilOverdue(now), this.room.untilWanted(now));", "this.syncs.untilOverdue(now);",
				"store.RoomTests#writerThatIsIdleSeesThatThereIsRoomAgain");
		add("transactions are as large as ever while the disk is full", "return this.refusal.isDiskFull() ? FEW_ROWS",
				"return (MAX_ROWS < 0) ? FEW_ROWS", "store.RoomTests#batchWhileTheDiskIsFullIsSmall");
		add("refusal flutters at the mark", "this.low = this.headroom < (this.low ? this.reserve / 8 : 0);",
				"this.low = this.headroom < 0;",
				"store.sqlite.WatermarkTests#lookOnceRefusedTakesNewDataOnlyWhenAnEighthMoreIsFree");
		add("room inside the file does not count", "room += Math.min(freeInFile.getAsLong(), this.reserve / 2);", "",
				"store.sqlite.WatermarkTests#lookCountsPagesThatAreFreeInTheFileForHalfOfTheReserve");
		add("what is held for the ends of runs is not given up", "this.held.giveUp();", "",
				"store.sqlite.WatermarkTests#makeRoomWhenTheDiskIsFullGivesUpWhatIsHeld");
		add("what is held can be compressed away", "random.nextBytes(noise);", "",
				"store.sqlite.DiskReserveTests#makeLaterWritesSoManyBytesThatNothingCompresses");
	}

	private void shards() {
		this.rule = "A changed number of shards loses and strands nothing, and keys hold over all shards";
		add("a moved message is not looked for", "if (this.relocated) { return this.group.files()",
				"if (this.relocated && id < 0) { return this.group.files()",
				"store.sqlite.ShardCountTests#openWhenShardCountChangedKeepsEverything");
		add("shards that leave are forgotten", "draining.removeAll(accepting);", "draining.clear();",
				"store.sqlite.ShardCountTests#openWhenFewerShardsDrainsThoseThatLeaveAndRemovesThemOnceEmpty");
		add("a move that was cut off is not gone on with", "layout = resized(layout); if (layout.moving()) {",
				"boolean cut = layout.moving();\nlayout = resized(layout);\nif (layout.moving() && !cut) {",
				"reliability.points.CrashPointsLayer#crash-points");
		add("counters are not rebuilt after a move", "statements.update(RECOUNT);", "",
				"store.sqlite.ShardCountTests#openWhenShardCountChangedKeepsEverything");
		add("failures do not move with their message", "statements.update(COPY_ATTEMPTS, json);", "",
				"store.sqlite.ShardCountTests#openWhenShardCountChangedKeepsFailuresOfMovedMessages");
		add("reserved keys are forgotten at a move", "if (home != entry.getKey()) { byHome", "if (home < 0) { byHome",
				"store.sqlite.ShardCountTests#openWhenShardCountChangedKeepsEverything");
		add("the index of unique keys is not unique", "CREATE UNIQUE INDEX message_unique_key",
				"CREATE INDEX message_unique_key", contract("TheKeys#uniqueKeyWhenLiveMessageHasItReturnsExisting"));
		add("a key of another shard is not reserved", "if (home != shard) { this.elsewhere.put",
				"if (home < 0) { this.elsewhere.put",
				"store.sqlite.ReservationTests#pruneWhenMessagesAreKeptKeepsTheirReservations");
		add("a reservation of a dead process is kept",
				"return reservation.confirmed() || !this.alive.test(reservation.epoch());",
				"return reservation.confirmed();",
				"store.sqlite.ReservationTests#insertWhenTheProcessThatReservedDiedTakesTheKey");
		add("a message is stored under the reservation of a dead process",
				"this.refused = this.reserver != 0 && !session.isAlive(this.reserver);", "this.refused = false;",
				"store.sqlite.ReservationTests#insertWhenDeclaredDeadAfterTheReservationStoresNothing");
		add("a chosen shard is forgotten", "return (this.shard != null) ? store.assignId(instance, this.shard)",
				"return (this.last < 0) ? store.assignId(instance, this.shard)",
				"ShardChooserTests#messageGoesWhereItsChooserSaysHoweverItIsHandedIn");
	}

	private void batches() {
		this.rule = "A batch tells for each message what became of it";
		add("the bad ones of a batch are told as stored", "if (failure == null) { this.accepted[index]",
				"if (index >= 0) { this.accepted[index]",
				"EnqueueAllTests#enqueueAllWhenSomeAreBadStoresTheOthersAndSaysWhich");
	}

	private void waiters() {
		this.rule = "No result is missed: a waiter is there before the message, and stored state resolves it too";
		add("a waiter comes after its message",
				"if (waiter != null) { this.access.waiters().handingIn(waitedFor); this.access.waiters().register(waitedFor, waiter); } this.access.store() .insert(instance, List .of(this.draft.withIds(this.id, this.linkIds, (message) -> waiter != null && message == waitedFor)), this);",
				"this.access.store() .insert(instance, List .of(this.draft.withIds(this.id, this.linkIds, (message) -> waiter != null && message == waitedFor)), this);\nif (waiter != null) { this.access.waiters().handingIn(waitedFor); this.access.waiters().register(waitedFor, waiter); }",
				"HandingTests#waiterIsThereWhenTheStoreGetsTheMessage");
		add("a message that somebody waits for is pruned at once", "row.awaited() ? 2 : 0", "0",
				contract("Pruning#pruneWhenTooManySparesAwaitedRowsForAMinute"));
		add("stored state is not looked up", "if (due && !this.handingIn.contains(id)) {", "if (due && !due) {",
				"WaitingTests#awaitWhenAnotherProcessEndsItIsTold");
		add("the end is not told", "this.listeners.forEach((listener) -> guard(() -> listener.ended(ended)));", "",
				contract("Listeners#endedWhenCompletedCarriesResult"));
	}

	private void loops() {
		this.rule = "A loop survives whatever is thrown into it, and says so";
		add("a service ends at its first failure", "catch (Throwable ex) { this.failures.incrementAndGet();",
				"catch (Throwable ex) { if (ex instanceof Error failed) { throw failed; } this.failures.incrementAndGet();",
				"maintenance.LoopTests#runWhenPassThrowsGoesOnAndShowsTheFailureUntilOneSucceeds");
		add("a writer ends at its first failure", "if (this.recovery.isDamage(ex)) { continue; }",
				"if (!this.closing) { throw new IllegalStateException(ex); }\nif (this.recovery.isDamage(ex)) { continue; }",
				"store.CommitTests#loopWhenTurnThrowsGoesOn");
	}

	private void handlers() {
		this.rule = "An asynchronous handler is awaited; a failed message waits by its policy, behind what waits";
		add("a future is taken for the result", "if (result instanceof CompletionStage<?> stage) { return stage; }",
				"if (result instanceof CompletionStage<?> stage && stage == null) { return stage; }",
				"worker.StageTests#stageIsAwaitedAndHoldsItsPermit");
		add("a cancel by another process stops no handler", "if (claim.key().isSameRun(cancelled)) {",
				"if (claim.key().equals(cancelled)) {",
				"CancelProcessTests#cancelWhenTheMessageRunsInAnotherProcessStopsItThere");
		add("a deadline that cannot be told keeps the others from theirs",
				"// The others' deadlines count. failed(ex); return SCAN_NANOS;", "throw ex;",
				"worker.LaneTests#deadlineWhenThatOfAnotherCannotBeToldIsKept");
		add("nobody is told of a permit whose end was stored before",
				"return ended.isToSubmit() ? 1L << ended.first().key().shard() : 0;",
				"return 1L << ended.first().key().shard();",
				"worker.LaneTests#handlerWhoseEndIsStoredBeforeAsksAtItsReturn");
		add("two tasks may have one name", "putIfAbsent(task.name(), task); if (other != null) {",
				"putIfAbsent(task.name(), task);\nif (other == task) {",
				"task.TaskRegistryTests#registerWhenNameIsTakenNamesBoth");
		add("the wait before a retry has no cap", "Math.min(grown(retry), this.maxDelay.toMillis())", "grown(retry)",
				"task.RetryPolicyTests#waitBeforeIsCapped");
		add("the wait before a retry has no jitter", "(2 * random.nextDouble() - 1) : 0",
				"(random.nextDouble() - random.nextDouble()) * 0 : 0",
				"task.RetryPolicyTests#waitBeforeIsSpreadToBothSides");
		add("a retried message keeps its place at the head",
				"MessageTable.RETRY, state, retry.runAt(), this.sequence.back(key.queue()), json,",
				"MessageTable.RETRY, state, retry.runAt(), key.id(), json,",
				contract("Settlements#retryGoesBehindWhatWaits"));
		add("a cancelled message is retried",
				"return isCancelRequested(key) ? endAs(key, MessageState.CANCELLED, retry.failure()",
				"return (isCancelRequested(key) && key == null) ? endAs(key, MessageState.CANCELLED, retry.failure()",
				contract("Cancels#settleWhenCancelWasAskedDoesNotRunAgain"));
	}

	private void expiry() {
		this.rule = "Expiry ends in EXPIRED, tells waiters, and never touches running work";
		add("running messages expire", "WHERE expires_at IS NOT NULL AND state < 30 AND expires_at <= ?1",
				"WHERE expires_at IS NOT NULL AND state < 40 AND expires_at <= ?1",
				contract("DueTimes#promoteDueNeverExpiresRunning"));
		add("an expired message is run", "else if (expiresAt != null && engine().millis() >= expiresAt) {",
				"else if (expiresAt != null && expiresAt < 0) {",
				"worker.OutcomeTests#startWhenTimeToLiveIsOverExpiresWithoutRunning");
		add("expiry is not told", "this.books.ended(gone.ended(id, MessageState.EXPIRED));", "",
				contract("Listeners#endedWhenCancelledOrExpiredOrDeletedSaysSo"));
		add("ends are missing in the history", "WHEN NEW.state <> OLD.state AND",
				"WHEN NEW.state <> OLD.state AND NEW.state < 40 AND",
				"HistoryTests#allEndsAreRecordedAndWhatSomebodyBringsBack");
		add("a task that another process hosts counts as unknown",
				"&& hostings.stream().noneMatch((hosting) -> hosting.hosts(task.queue(), task.task()))", "",
				"UnhostedTests#taskThatAnotherInstanceHostsIsNotUnknownUntilThatIsGone");
		add("an outage counts as time in which nobody hosts a task",
				"SET since = CASE WHEN seen < ?4 OR seen > ?3 THEN ?3 ELSE since END, seen = ?3",
				"SET since = CASE WHEN seen < ?4 OR seen > ?3 THEN since ELSE since END, seen = ?3",
				"UnhostedTests#timeInWhichNobodyLooksForLongDoesNotCount");
	}

	private void instances() {
		this.rule = "Instances on one directory leave each other alone while they live, and take over when one dies";
		add("the lock of a slot does not exclude other processes", "return channel.tryLock();",
				"return channel.tryLock(ProcessHandle.current().pid(), 1, false);",
				"store.sqlite.SeveralProcessesTests#killWhenClaimsAreHeldGivesBackAttemptsOfRunsThatHadNotStarted");
		add("a live instance counts as gone",
				"return !this.instances.containsKey(peer.epoch()) && this.membership.isGone(peer, this.peers);",
				"return true;", contract("Instances#isGoneWhenInstanceLivesIsFalse"));
		add("a part of the lease without a beat is enough", "&& this.latestLook - sight.since >= this.leaseNanos",
				"&& this.latestLook >= sight.since", "maintenance.PeerWatchTests#isFrozenWhenLeaseIsNotOverIsFalse");
		add("a process that stood still itself takes the others for dead",
				"if (to - this.latestLooked > this.leaseNanos / 2) {", "if (this.leaseNanos < 0) {",
				"maintenance.PeerWatchTests#isFrozenWhenThisProcessStoodStillBeginsAnew");
		add("who gave a sign of life in the last moment is declared dead",
				"WHERE epoch = ?1 AND (dead = 1 OR beat <= ?2)", "WHERE epoch = ?1 AND (?2 = ?2)",
				"store.sqlite.InstanceTableTests#beatWhenSomeWereMissedIsAsHighAsElsewhere");
		add("a file that missed beats stays behind", "beat = max(beat + 1, ?2)", "beat = beat + min(1, ?2)",
				"store.sqlite.InstanceTableTests#beatWhenSomeWereMissedIsAsHighAsElsewhere");
		add("a beat counts from before it was read", "new Sight(peer.beat(), to, to, 1));",
				"new Sight(peer.beat(), from, from, 1));",
				"maintenance.PeerWatchTests#isFrozenWhenTheBeatMayHaveBeenGivenWhileItWasReadCountsFromThen");
		add("a handler begins without a lease", "if (!engine().environment.presence().holdsLease(this.instance)) {",
				"if (note < -1) {",
				"worker.RunningTests#runWhenItsProcessStoodStillForALeaseDoesNotStartBeforeTheNextSignOfLife");
		add("an epoch is given twice", "SET epoch = max(epoch, ?1) + 1 WHERE", "SET epoch = max(epoch, ?1, 1) WHERE",
				contract("Instances#registerGivesRisingEpochsAndFreeSlots"));
		add("a paused queue is claimed", "EXISTS (SELECT 1 FROM queue WHERE name IN (?1, '*') AND (",
				"EXISTS (SELECT 1 FROM queue WHERE name IN (?1, '*') AND paused_at < 0 AND (",
				contract("Pauses#pauseStopsClaimsOfItsQueueInAllShards"));
		add("a queue is claimed while all are paused", "queue WHERE name IN (?1, '*') AND (paused_until",
				"queue WHERE name = ?1 AND (paused_until",
				contract("Pauses#pauseAllStopsClaimsOfEveryQueueInAllShards"));
		add("a claim takes what is paused", "return until != null && until > this.clock.millis();", "return false;",
				"store.sqlite.PausedTaskTests#claimWhenAnotherProcessHasJustPausedTheTaskTakesNothingOfIt");
		add("a pause never ends", "this.nextPauseEnd = this.pauses.nextEnd();", "this.nextPauseEnd = Long.MAX_VALUE;",
				"PauseTests#pauseWhenItsTimeIsOverGoesOnByItself");
	}

	private void listenData() {
		this.rule = "Listeners get each change, in order for each key, and only the owner of a cursor moves it";
		add("the cursor moves before the change is delivered",
				"if (!mayDeliver(cursor) || !deliver(cursor, change)) { return false; } cursor.moveTo(change.number());",
				"cursor.moveTo(change.number());\nif (!mayDeliver(cursor) || !deliver(cursor, change)) { return false; }",
				"listen.ListenDeliveryTests#stopWhenListenerIgnoresItInterruptsAndLosesNothing");
		add("a listener is called without a lease", "return !this.stopping && this.owner.holdsLease(cursor.epoch());",
				"return !this.stopping;",
				"listen.ListenDeliveryTests#deliverWhenStoodStillForALeaseLeavesTheRestToWhoTookOver");
		add("later changes overtake one that failed", "if (cursor.held().contains(change.key())) {",
				"if (change.key().isEmpty()) {",
				"listen.ListenDeliveryTests#failureWhenTransientIsRetriedInOrderAndOthersGoOn");
		add("a change that failed is dropped",
				"hold(cursor, new HeldKey(change.key(), change.number() - 1, 0, false, \"\"), change, failed);", "",
				"listen.ListenDeliveryTests#failureWhenTransientIsRetriedInOrderAndOthersGoOn");
		add("a cursor is saved by who does not own it",
				"SET position = max(position, ?3) WHERE name = ?1 AND owner = ?2",
				"SET position = max(position, ?3)\nWHERE name = ?1 AND ?2 = ?2",
				"listen.ListenDeliveryTests#saveWhenOwnerChangedIsRefused");
	}

	private void delivery() {
		this.rule = "At most once: the handler is called only when the end is committed and safe";
		add("the handler is called before its end is committed", "if (!isCompletedFirst()) { return null; }", "",
				"DeliveryTests#messageIsCompletedWhenItsHandlerBegins");
		add("an end before the handler may be lost with the power",
				"return (this.settlement instanceof Settlement.Complete complete && complete.first()) ? Sync.NOW",
				"return (this.settlement instanceof Settlement.Complete complete && complete.key() == null) ? Sync.NOW",
				"store.SyncScheduleTests#completionBeforeTheHandlerIsSyncedWhateverTheDurability");
		add("a message that is to be durable is not", "return (durable == null) ? Sync.AS_SET : Sync.NOW;",
				"return Sync.AS_SET;",
				"store.SyncScheduleTests#insertIsSyncedAsTheQueueIsDurableUnlessItSaysOtherwise");
	}

	private void uniqueness() {
		this.rule = "A duplicate changes who waits and nobody who runs; a key is taken for as long as was said";
		add("a message that runs gets a new payload", "if (holder.state() == StateCode.RUNNING) {",
				"if (holder.state() > StateCode.RUNNING) {",
				"UniqueTests#holderWhenItRunsIsNotChangedAndTheSenderIsTold");
		add("the later due time is kept", "&& row.runAt() < holder.runAt()) {", ") {",
				"UniqueTests#keepEarliestMovesTheDueTimeAheadAndNeverBack");
		add("a holder in another shard is not changed", "&& isUniqueKeyOf(found)) {",
				"&& isUniqueKeyOf(found) && this.reserved.size() > 9) {",
				"UniqueTests#holderInAnotherShardIsChangedToo");
		add("the end of a message does not begin its window", "this.windows.ended(ended, this.clock.millis());", "",
				"UniqueTests#uniqueAfterEndCountsFromTheEndHoweverItEndsAndWhetherItIsKept");
		add("a window is not looked for where the key is reserved",
				"return (holder != 0) ? holder : session.reserve(key, this.row.id(), this.epoch);",
				"return (holder == Long.MIN_VALUE) ? holder : session.reserve(key, this.row.id(), this.epoch);",
				"UniqueTests#uniqueAfterEndCountsFromTheEndHoweverItEndsAndWhetherItIsKept");
		add("windows stay where they were", "moveWindows(); moveSchedules();", "moveSchedules();",
				"UniqueTests#windowWhenTheNumberOfShardsChangesGoesOn");
	}

	private void fullQueues() {
		this.rule = "A full queue takes no more, and drops nothing that is better than what is new";
		add("a full queue takes one more", "return length >= bound.most();", "return length > bound.most();",
				contract("Bounds#insertWhenTheQueueIsFullIsRefusedRowByRow"));
		add("what is inserted with others is not counted", "this.room.taken(row.queue());", "",
				contract("Bounds#insertWhenTheQueueIsFullIsRefusedRowByRow"));
		add("a better message is dropped", "if (least == null || least.priority() > row.priority()) {",
				"if (least == null) {",
				contract("Bounds#insertWhenTheOldestIsDroppedSparesWhatIsBetterRunningOrDelayed"));
		add("a line whose front is dropped stands still", "this.lines.arrange(least.orderingKey());", "",
				contract("Bounds#insertWhenTheFrontOfALineIsDroppedLetsTheNextOneGo"));
		add("a handler waits for room that it would make", "this.bound != null && !HandlerThread.isCurrent()",
				"this.bound != null", "FullQueueTests#blockWhenAHandlerEnqueuesIntoItsFullQueueDoesNotWait");
	}

	private void schedules() {
		this.rule = "A slot of a schedule gives one message, in the transaction that sets the next one";
		add("a slot is fired by each who has seen it", "SELECT fired FROM schedule WHERE name = ?1 AND revision = ?2",
				"SELECT fired FROM schedule WHERE name = ?1 AND ?2 = ?2",
				contract("Schedules#fireWhenSomebodyWasQuickerStoresNothing"));
		add("the next slot is set in a transaction of its own",
				"return adding(firing.schedule(), (session) -> Optional.ofNullable(session.fire(firing)));",
				"Firing next = new Firing(firing.schedule(), firing.revision(), List.of(), firing.nextAt(), 0, null, false);\n"
						+ "if (adding(firing.schedule(), (session) -> Optional.ofNullable(session.fire(next))).isEmpty()) { return Optional.empty(); }\n"
						+ "Firing rest = new Firing(firing.schedule(), firing.revision() + 1, firing.slots(), firing.nextAt(), firing.missed(), firing.times(), firing.skipsWhenLive());\n"
						+ "return adding(firing.schedule(), (session) -> Optional.ofNullable(session.fire(rest)));",
				"reliability.points.CrashPointsLayer#crash-points");
		add("an overlap is not looked at",
				"if (!slot.brought() && firing.skipsWhenLive() && isLive(firing.schedule())) {",
				"if (!slot.brought() && firing.skipsWhenLive() && firing.slots().isEmpty()) {",
				contract("Schedules#fireWhenAMessageHasNotEndedLeavesTheSlotOut"));
		add("a schedule that nobody declares fires", "AND (declared = 0 OR EXISTS (", "AND (declared < 2 OR EXISTS (",
				contract("Schedules#declaredScheduleIsDueOnlyWhileSomebodyDeclaresIt"));
		add("what the dead have declared is declared", "this.schedules.leave(epoch);", "",
				contract("Schedules#whatADeadInstanceDeclaredIsDeclaredByNobody"));
		add("a schedule fires more often than it may", "if (stored.size() >= most) {", "if (stored.size() > most) {",
				contract("Schedules#fireGivesNoMoreMessagesThanItMay"));
		add("each missed slot gives a message", "case FIRE_ONCE -> 1;", "case FIRE_ONCE -> MOST_SLOTS;",
				"ScheduleTests#fireOnceGivesOneMessageForAllThatWasMissed");
		add("a clock that is set back stops schedules", "startOver(stored, now);", "",
				"ScheduleTests#clockThatStepsBackByMuchStartsOverFromThen");
		add("a schedule stays where it was when the shards change", "ScheduleTable.add(there, schedule);", "",
				"store.sqlite.ShardCountTests#openWhenShardCountChangedKeepsSchedulesAndTheirLines");
		add("interceptors do not see the messages of schedules",
				".intercept((slot != null) ? template.header(Schedule.SLOT_HEADER, slot.toString()) : template);",
				".intercept(template) == null || slot == null ? template : template.header(Schedule.SLOT_HEADER, slot.toString());",
				"ScheduleTests#interceptorsSeeItsMessagesAndMayChangeThem");
		add("a time that comes twice is a slot twice", "return !this.hourly && !this.rules",
				"return !this.rules.isFixedOffset() && this.hourly && !this.rules",
				"schedule.TimetableTests#cronWhoseTimeComesTwiceFiresTheFirstTimeOnly");
		add("nobody hears of a schedule of another process",
				"this.listeners.forEach((listener) -> guard(() -> listener.firingChanged(firingAt)));", "",
				"ScheduleProcessTests#slotFiresAtOnceAlsoWhenAnotherProcessHasCreatedItsSchedule");
	}

	private void stopping() {
		this.rule = "A stop claims no more, gives back at once what has not started, and waits for what has";
		add("a lane that is stopped claims", "return this.open && !this.paused && this.engine",
				"return !this.paused && this.engine", "worker.LaneTests#closeGivesBackAtOnceWhatHasNotStarted");
		add("a stop keeps what has not started", "leaving.forEach(Runner::wake); recallUnstarted((call) -> true);",
				"leaving.forEach(Runner::wake);", "worker.LaneTests#closeGivesBackAtOnceWhatHasNotStarted");
		add("a stop does not wait for handlers",
				"if (!isDrained(HostedTask.nanos(this.engine.settings.drainTimeout()), Lane::busy)) {",
				"if (!isDrained(0, Lane::busy)) {",
				"worker.LaneTests#stopReleasesUnstartedWaitsForRunningAndStartGoesOn");
		add("a start that failed counts as one", "this.running = prepared;", "this.running = true;",
				"worker.LaneTests#startWhenTheFilesCannotBeReadStartsNothingAndMayBeRepeated");
		add("a stop breaks off when it is interrupted",
				"catch (QueueException ex) { logger.debug(\"A shard is not waited for while a lane",
				"catch (StoreUnavailableException ex) { logger.debug(\"A shard is not waited for while a lane",
				"EmbeddedQueueTests#stopWhenInterruptedStopsAllAndMayBeStartedAgain");
		this.rule = "A hold starts nothing in this process, whatever is resumed, and waits for what runs";
		add("a queue that is resumed while held starts", "if (this.held || paused.holdBack(queue)) {",
				"if (paused.holdBack(queue)) {", "HoldTests#queueThatIsResumedWhileHeldStaysHeld");
		add("a start ends a hold", "if (this.held || this.paused.holdBack(lane.queue())) {",
				"if (this.paused.holdBack(lane.queue())) {", "HoldTests#holdBeforeTheStartHoldsTheStart");
		add("a hold does not wait for handlers",
				"this.held = true; applyPauses(this.paused); } isDrained(HostedTask.nanos(this.engine.settings.drainTimeout()), Lane::busyOrClaiming);",
				"this.held = true; applyPauses(this.paused); }", "HoldTests#holdWaitsForTheEndOfWhatRuns");
	}

	private void foreignHands() {
		this.rule = "What others do to files in use, or to the clock, is noticed before it does more harm";
		add("a deleted log is not noticed", "String change = this.identity.change();", "String change = \"\";",
				"ReplacedFileTests#commitWhenLogWasDeletedIsRefusedAndNothingIsLost");
		add("a deleted shared memory is not noticed", "String change = this.identity.memoryChange();",
				"String change = \"\";", "ReplacedFileTests#useWhenSharedMemoryWasDeletedIsRefusedAndNothingIsLost");
		add("a log that was emptied is copied into the file", "if (this.frames.areThere(state.pages())) {",
				"if (state.pages() >= 0) {", "ReplacedFileTests#useWhenLogWasEmptiedIsRefusedAndTheFileIsNotTouched");
		add("an older copy over the file is believed", "if (this.highWater < this.committed) {",
				"if (this.highWater < 0) {",
				"ReplacedFileTests#useWhenWhatIsStoredIsOlderThanWhatWasCommittedIsRefused");
		add("a clock that was set ahead makes everything old", "this.distrustedAt = nanos;", "",
				"ClockJumpTests#endedWhenClockIsSetAheadByYearsIsKept");
		add("a message that failed with others names another one",
				"outcome(index, 0, about(Bulk.this.ids[index], failure));", "outcome(index, 0, failure);",
				"ReplacedFileTests#enqueueAllWhenLogWasDeletedNamesEachMessageToLookFor");
	}

	private void pulling() {
		this.rule = "Whoever pulls gets what is there, alone, for as long as the deadline says, and ends it once";
		add("a received message has no deadline", "if (left <= 0) { claim.timeOut(now); return Long.MAX_VALUE; }",
				"if (left <= 0) { return Long.MAX_VALUE; }",
				"ReceiveTests#deadlineWhenItPassesFailsTheAttemptAndTheCallerHasLost");
		add("a released message goes to the head",
				"engine().millis() + delay.plusNanos(999_999).toMillis(), false, null),", "0, false, null),",
				"ReceiveTests#releaseWithDelayComesNotEarlier");
		add("a message may be ended twice", "if (!this.waiter.compareAndSet(null, told)) {",
				"if (!this.waiter.compareAndSet(null, told) && told == null) {",
				"ReceiveTests#endOfAMessageThatWasEndedIsRefused");
		add("who does not wait is not given what is there",
				"this.engine.environment.store().askClaimers(); awaitSuspect(caller);", "awaitSuspect(caller);",
				"ReceiveTests#receiveWithoutWaitFindsWhatIsThereInWhicheverShard");
		add("a claimer is promised what nobody answers", "guard(() -> claimer.claimed(this.shard, List.of()));", "",
				contract("StandingDemand#wantedWhenItsTasksAreGoneBeforeTheClaimIsAnswered"));
		add("the first claimer is always asked first", "(size > 1) ? this.chance.nextInt(size) : 0", "0",
				contract("Pulling#claimersOfOneQueueGetMessagesInTurn"));
		add("received messages are taken away by a start",
				"if (this.startedBefore && !this.workers.mayKeepInstance()) {", "if (this.startedBefore) {",
				"ReceiveTests#startAndStopLeaveReceivedMessagesToTheirHolder");
	}

	private void events() {
		this.rule = "Events are told after the commit that made them true, in order for each message";
		add("what is stored is told before it is", "this.stored.add(row);",
				"this.stored.add(row);\nList<Insertion> one = List.of(row);\nthis.listeners.forEach((listener) -> listener.stored(one));",
				"EventTests#eventIsToldAfterTheCommit");
		add("what was claimed is handed over before it is told as stored", "tellOfStored(); tellOfTakenBack();",
				"for (int i = 0; i < this.claimed.size(); i++) { hand(this.claimed.get(i)); }\nthis.claimed.clear();\ntellOfStored(); tellOfTakenBack();",
				contract("Listeners#storedWhenInsertedTellsOfEachBeforeItIsClaimedOrEnds"));
		add("a listener that throws is told nothing more",
				"catch (Throwable ex) { this.failure.note(ex); } // What it left behind is not for the next one.",
				"catch (RuntimeException ex) { this.failure.note(ex); } // What it left behind is not for the next one.",
				"EventTests#listenerThatThrowsGetsTheNextEventAndIsShown");
	}

	private void steps() {
		this.rule = "A stored step is never done again, and is its run's";
		add("a step is stored without its fence",
				"WHERE id = ?1 AND +owner = ?2 AND run = ?3 AND +state = 30 ON CONFLICT (message_id, position)",
				"WHERE id = ?1 AND ?2 = ?2 AND ?3 = ?3 ON CONFLICT (message_id, position)",
				contract("Records#stepsStayOverRetriesAndRestarts"));
		add("a retry reads no steps", "boolean first = this.run.key().run() == 1;", "boolean first = true;",
				"StepTests#retryGoesOnBehindTheLastStoredStep");
		add("the names of steps are not compared", "if (!step.name().equals(name)) {", "if (name.isEmpty()) {",
				"StepTests#stepsThatWereChangedLeaveTheMessageDeadAndSayWhatWasThere");
		add("a damaged step is believed", "boolean damaged = checksum.ofStep(id, step) != row.getLong(3);",
				"boolean damaged = false;", "StepTests#stepIsEncryptedLikeAPayloadAndDamageIsNoticed");
		add("what is pruned leaves its steps", "else if (!ids.isEmpty()) { this.records.deleted(LongJson.of(ids));",
				"else if (!ids.isEmpty()) {", contract("Records#allGoesWhenTheMessageIsPruned"));
	}

	private void payloads() {
		this.rule = "A payload is read as it was written, and by nobody without the key";
		add("a payload is read by the codec that writes now", ": this.codecs.get(parsed.codec());", ": this.codec;",
				"PayloadTests#messageIsReadByTheCodecThatWroteItWhateverWritesNow");
		add("results are not encrypted", ": seal(write(what, value));", ": write(what, value);",
				"PayloadTests#nothingOfAnEncryptedPayloadResultOrValueIsReadableInTheFiles");
		add("sealed values are compared as they are stored",
				"&& Arrays.equals(open(format, parsed, bytes), plain.bytes());",
				"&& Arrays.equals(bytes, plain.bytes());",
				"PayloadTests#valueThatIsPutAgainIsNoChangeAlsoWhenItIsEncrypted");
		add("a step between two versions is left out", "for (int from = version; from < wanted; from++) {",
				"for (int from = version + 1; from < wanted; from++) {",
				"PayloadTests#payloadOfAnOlderVersionIsBroughtUpStepByStep");
		add("a local payload is kept for ever", "messages.forEach((message) -> this.payloads.ended(message.id()));",
				"messages.forEach((message) -> message.id());",
				"LocalPayloadTests#objectIsForgottenWhenItsMessageHasEndedOrIsDeletedOrIsADuplicate");
	}

	private void explanations() {
		this.rule = "An explanation says what keeps a message, and nothing that does not";
		add("nobody learns what a process takes", "long next = beat(); this.presence.tellHosting();",
				"long next = beat();", "ExplainTests#messageWhenNobodyHostsItsTaskSaysSoUntilAProcessDoes");
		add("permits that are kept unused count as used", "if (used < holder.getValue()) {", "if (used < 0) {",
				"ExplainTests#messageWhenAPermitIsKeptUnusedSaysNothingOfTheLimit");
		add("those behind a message are counted", "AHEAD.replace('#', '<')", "AHEAD.replace('#', '>')",
				"ExplainTests#messageWhenItsLimitIsReachedHereNamesItAndThoseBefore");
		add("who waits behind its line is about to start", "if (line != null && line.holder() != null) {",
				"if (line != null && line.ahead() < 0) {",
				"ExplainTests#messageWhenItsOrderingKeyRunsElsewhereNamesWhoHasIt");
		this.rule = "What people have done can be read afterwards";
		add("entries of the audit are kept for ever", "statements.update(FORGET, MOST);",
				"statements.update(FORGET, Integer.MAX_VALUE);",
				"AuditLogTests#entriesAreForgottenWhenThereAreTooMany");
		this.rule = "Who looks through messages sees each once";
		add("a page begins with the last of the one before", "\"id >= ?1 AND id < ?2\"", "\"id >= ?1 AND id <= ?2\"",
				contract("Reads#browseWhenPagedReturnsEachMessageOnceNewestFirst"));
		add("a page has what another shard has not come to", ".filter((message) -> message.id() >= next[0])",
				".filter((message) -> message.id() >= 0)",
				contract("Reads#browseWhenShardsAreUnevenReturnsEachMessageOnce"));
		add("ended messages with a key are left out", "for (int hold = 0; hold <= 2; hold++) {",
				"for (int hold = 0; hold <= 0; hold++) {",
				contract("Reads#endedLatelyReturnsTheLatestEndFirstHoweverItIsKept"));
	}

	private void backups() {
		this.rule = "A backup is the queue of one moment: all files, checked, on the disk, or nothing";
		add("a backup takes each file at a moment of its own",
				"still(all, 0, () -> copies.forEach(StoreFile.Copy::freeze));",
				"copies.forEach(StoreFile.Copy::freeze);",
				"BackupTests#backupWhileProcessesHandMessagesOverLosesAndDoublesNone");
		add("a copy has what is committed while it is written",
				"SqliteConnections.execute(connection, \"BEGIN\"); return number(", "return number(",
				"store.sqlite.FileCopyTests#copyHasWhatWasThereWhenItWasFrozen");
		add("a backup is not verified", "\" could not be synced: \" + ex, ex); } verify();",
				"\" could not be synced: \" + ex, ex);\n}",
				"store.sqlite.FileCopyTests#copyThatDiffersFromTheFileIsRefused");
		add("a number of the past is given again in a backup", "copyRows(connection, \"sqlite_sequence\");", "",
				"BackupTests#backupHasTheSchemaAndTheNumbersOfTheFiles");
		add("a backup that failed stays there", "if (this.complete) { return; }",
				"if (!this.incomplete.toString().isEmpty()) {\nreturn;\n}",
				"BackupTests#backupOfAFileThatCannotBeCopiedIsRefused");
		add("a backup has its name before it is whole", "this.incomplete = target.resolve(queue + INCOMPLETE);",
				"this.incomplete = target.resolve(queue);", "BackupTests#backupWhoseProcessIsKilledLooksIncomplete");
		add("a backup goes into a directory that has files", "if (!there.isEmpty()) {", "if (there.size() > 1) {",
				"BackupTests#backupIntoADirectoryThatCannotBeUsedIsRefusedAndWritesNothing");
		add("a backup holds the log although it grows too large",
				"this.thread.execute(this::closeConnection); } catch (RejectedExecutionException ex) { logger.debug(\"The {} of {} has ended already\"",
				"this.thread.execute(() -> { });\n}\ncatch (RejectedExecutionException ex) {\nlogger.debug(\"The {} of {} has ended already\"",
				"store.sqlite.FileCopyTests#copyIsBrokenOffWhenTheLogGrowsTooLarge");
		add("compaction gives one page back",
				"statement.executeUpdate(\"PRAGMA incremental_vacuum(\" + pages + \")\");",
				"statement.execute(\"PRAGMA incremental_vacuum(\" + pages + \")\");",
				"UpkeepTests#compactMakesFilesSmallerWhileOthersCommit");
		add("a check does not look at messages", "describe(read.read(FileContent::damagedMessages), findings);", "",
				"UpkeepTests#verifyNamesAMessageThatDoesNotMatchItsChecksum");
	}

}
