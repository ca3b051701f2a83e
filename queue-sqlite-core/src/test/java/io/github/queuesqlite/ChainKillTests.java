package io.github.queuesqlite;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewGroup;
import io.github.queuesqlite.message.NewMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Chains, groups, and handlers that enqueue with their ends, in several processes that
 * are killed while they work.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChainKillTests extends KillTester {

	private static final int MOST_LINKS = 6;

	private int chains;

	ChainKillTests() {
		super("chain");
	}

	@Test
	void linksWhenProcessesAreKilledRunOneAfterTheOther() throws Exception {
		runAndKill(ChainedChild.class, 3, kills(), new ChainLog(log()));
	}

	@Test
	void linksWhenTheOnlyProcessIsKilledGoOnWhereTheyWere() throws Exception {
		runAndKill(ChainedChild.class, 1, 3, new ChainLog(log()));
	}

	@Override
	void handIn(int from, int to) {
		List<NewMessage> messages = new ArrayList<>();
		int left = to - from;
		if (left > MOST_LINKS) {
			int members = 1 + this.random.nextInt(left / 2);
			group(members);
			left -= members + 1;
		}
		while (left > 0) {
			int length = Math.min(left, 1 + this.random.nextInt(MOST_LINKS));
			messages.add(chain(length));
			left -= length;
		}
		if (this.random.nextBoolean()) {
			this.operations.enqueueAll(messages);
		}
		else {
			messages.forEach(this.operations::enqueue);
		}
	}

	/** Also those that have no such task, and take over from the dead, try again. */
	private static NewMessage link(String task) {
		return NewMessage.to(task).maxRetries(1000);
	}

	private void group(int size) {
		int number = this.chains++;
		List<NewMessage> members = new ArrayList<>();
		for (int i = 0; i < size; i++) {
			members.add(link(ChainedChild.TASK).payload("m" + number + "-" + i + " 0"));
		}
		this.operations
			.enqueueGroup(NewGroup.of(members).then(link(ChainedChild.TASK).payload("g" + number + "-" + size + " 0")));
	}

	private NewMessage chain(int length) {
		if (this.random.nextInt(3) == 0) {
			return link(ChainedChild.SPAWNING).payload("s" + this.chains++ + " 0 " + (length - 1));
		}
		if (this.random.nextInt(3) == 0) {
			return ordered("k" + this.random.nextInt(4), length);
		}
		NewMessage chain = link(ChainedChild.TASK).payload("c" + this.chains++ + " 0");
		if (this.random.nextInt(4) == 0) {
			chain = chain.idempotencyKey("i" + this.chains);
		}
		for (int i = 1; i < length; i++) {
			chain = chain.then(link(ChainedChild.TASK).queue("default"));
		}
		return chain.onFailure(NewMessage.to(ChainedChild.FAILED));
	}

	private NewMessage ordered(String key, int length) {
		NewMessage link = link(ChainedChild.TASK).orderingKey(key);
		NewMessage chain = link.payload(key + "c" + this.chains++ + " 0");
		for (int i = 1; i < length; i++) {
			chain = chain.then(link);
		}
		return chain.onFailure(NewMessage.to(ChainedChild.FAILED).orderingKey(key));
	}

	/** Each end that was said is stored soon, and no handler of a failure is left. */
	@Override
	void checkStored() {
		await().atMost(PATIENCE)
			.untilAsserted(
					() -> assertThat(this.operations.stats().count(MessageState.COMPLETED)).isEqualTo(this.messages));
		assertThat(this.operations.length()).isZero();
	}

}
