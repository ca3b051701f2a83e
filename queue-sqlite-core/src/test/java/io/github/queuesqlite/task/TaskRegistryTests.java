package io.github.queuesqlite.task;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Tests of the tasks of a process. */
class TaskRegistryTests {

	@Test
	void registerWhenNameIsTakenNamesBoth() {
		TaskRegistry tasks = new TaskRegistry();
		tasks.register(TaskDefinition.builder("mail", String.class, (payload, context) -> "first")
			.origin("Mailer.send")
			.build());
		assertThatIllegalStateException()
			.isThrownBy(
					() -> tasks.register(TaskDefinition.builder("mail", String.class, (payload, context) -> "second")
						.origin("Post.send")
						.build()))
			.withMessageContaining("mail")
			.withMessageContaining("Mailer.send")
			.withMessageContaining("Post.send");
		assertThat(tasks.find("mail")).get().extracting(TaskDefinition::origin).isEqualTo("Mailer.send");
	}

}
