package io.github.queuesqlite.test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.Delivery;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskHandler;
import io.github.queuesqlite.test.CrashPoint.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@Timeout(120)
class CrashSimulatorTests {

	/** What the handler has done to the world. */
	private final List<String> charged = new ArrayList<>();

	private final List<String> called = new ArrayList<>();

	private String charge(String order) {
		this.charged.add(order);
		return "receipt of " + order;
	}

	/** Charging twice with one number is the same as once. */
	private String chargeOnce(String order) {
		if (!this.charged.contains(order)) {
			this.charged.add(order);
		}
		return "receipt of " + order;
	}

	private CrashSimulator simulate(TaskHandler<String> handler) {
		return CrashSimulator.of(String.class, handler).reset(this.charged::clear).observe(() -> this.charged);
	}

	@Test
	void idempotentHandlerPassesEveryCrash() {
		CrashReport report = simulate((order, context) -> {
			this.called.add(order + context.attempt());
			String receipt = context.step("charge", () -> chargeOnce(order));
			context.enqueue(NewMessage.to("mail").payload(receipt));
			return context.step("send", () -> "parcel with " + receipt);
		}).run("7");
		assertThat(report).isIdempotent().hasCrashes(5);
		assertThat(report.crashes()).extracting((crash) -> crash.point().toString())
			.containsExactly("after step 'charge' was done and before it was stored", "after step 'charge' was stored",
					"after step 'send' was done and before it was stored", "after step 'send' was stored",
					"after the handler returned and before its end was stored");
		assertThat(report.expected().state()).isEqualTo(MessageState.COMPLETED);
		assertThat(report.expected().result()).isEqualTo("\"parcel with receipt of 7\"");
		assertThat(report.expected().enqueued()).containsExactly("mail \"receipt of 7\"");
		assertThat(this.called).containsExactly("71", "71", "72", "71", "72", "71", "72", "71", "72", "71", "72");
	}

	@Test
	void storedStepsAreNotDoneAgain() {
		CrashReport report = simulate((order, context) -> context.step("charge", () -> charge(order)))
			.crashAfterEachStep()
			.run("7");
		assertThat(report).isIdempotent().hasCrashes(1);
	}

	@Test
	void stepThatIsNotIdempotentIsFound() {
		CrashReport report = simulate((order, context) -> context.step("charge", () -> charge(order))).run("7");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertThat(report).isIdempotent())
			.withMessage("""
					Expecting the handler of task "task" to be idempotent but
					  when the process crashed after step 'charge' was done and before it was stored
					    observed was [7, 7] instead of [7]""");
		assertThat(report.differing()).extracting((crash) -> crash.point().kind()).containsExactly(Kind.STEP_DONE);
	}

	@Test
	void workOutsideOfStepsIsFound() {
		CrashReport report = simulate((order, context) -> {
			charge(order);
			context.step("send", () -> "sent");
			return null;
		}).run("7");
		assertThat(report.differing()).hasSize(3);
		assertThat(report.crashes()).allMatch(CrashReport.Crash::reached);
	}

	@Test
	void handlerThatFailsWhenItRunsAgainIsFound(@TempDir Path directory) {
		CrashReport report = CrashSimulator
			.of(String.class, (name, context) -> Files.createFile(directory.resolve(name)).toString())
			.reset(() -> directory.resolve("a").toFile().delete())
			.crashBeforeTheEndIsStored()
			.run("a");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertThat(report).isIdempotent())
			.withMessageContaining("when the process crashed after the handler returned and before its end was stored")
			.withMessageContaining("state was DEAD instead of COMPLETED")
			.withMessageContaining("the latest failure was java.nio.file.FileAlreadyExistsException");
	}

	@Test
	void retriesOfTheHandlerGoOnBesideCrashes() {
		CrashReport report = simulate((order, context) -> {
			String receipt = context.step("charge", () -> chargeOnce(order));
			if (context.attempt() == 1) {
				throw new IllegalStateException("busy");
			}
			return context.step("send", () -> receipt);
		}).run("7");
		assertThat(report).isIdempotent().hasCrashes(5);
	}

	@Test
	void handlerThatGoesAnotherWayIsFound() {
		List<String> runs = new ArrayList<>();
		CrashReport report = CrashSimulator.of(String.class, (order, context) -> {
			runs.add(order);
			return context.step((runs.size() == 1) ? "first" : "other", () -> "x");
		}).crashAfterEachStep().run("7");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertThat(report).isIdempotent())
			.withMessageContaining("after step 'first' was stored")
			.withMessageContaining("the handler did not come there");
	}

	@Test
	void stageOfAHandlerIsWaitedFor() {
		CrashReport report = simulate((order, context) -> CompletableFuture.supplyAsync(() -> charge(order))).run("7");
		assertThat(report.differing()).hasSize(1);
	}

	@Test
	void handlerThatSwallowsTheCrashChangesNothing() {
		CrashReport report = simulate((order, context) -> {
			try {
				return context.step("charge", () -> chargeOnce(order));
			}
			catch (Throwable ex) {
				return "swallowed";
			}
		}).run("7");
		assertThat(report).isIdempotent();
	}

	@Test
	void numberOfCrashesThatDiffersIsTold() {
		CrashReport report = simulate((order, context) -> context.step("charge", () -> chargeOnce(order))).run("7");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertThat(report).hasCrashes(9))
			.withMessageContaining("to have gone through 9 crashes but it was [after step 'charge' was done");
	}

	@Test
	void whatCannotBeSimulatedIsRefused() {
		TaskDefinition<String> once = TaskDefinition.builder("once", String.class, (payload, context) -> null)
			.delivery(Delivery.AT_MOST_ONCE)
			.build();
		assertThatIllegalArgumentException().isThrownBy(() -> CrashSimulator.of(once))
			.withMessage("Task 'once' is delivered at most once: after a crash it does not run again");
		assertThatIllegalStateException().isThrownBy(
				() -> CrashSimulator.of(String.class, (payload, context) -> null).observe(() -> this.charged).run("7"))
			.withMessageContaining("set 'reset' too");
	}

}
