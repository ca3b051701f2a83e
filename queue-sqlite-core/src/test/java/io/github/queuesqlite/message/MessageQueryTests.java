package io.github.queuesqlite.message;

import java.time.Instant;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MessageQueryTests {

	private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

	@Test
	void textWhenEverythingMatchesIsEmpty() {
		assertThat(MessageQuery.all().text()).isEmpty();
		assertThat(MessageQuery.all().limit(7).after(new MessageId(17)).text()).isEmpty();
	}

	@Test
	void textNamesAllConditionsInOneOrder() {
		MessageQuery query = MessageQuery.all()
			.instance("web-1:4711")
			.startedBefore(NOON.plusSeconds(7200))
			.endedBefore(NOON.plusSeconds(3600))
			.endedAfter(NOON.plusSeconds(60))
			.createdBefore(NOON.plusMillis(1500))
			.createdAfter(NOON)
			.key("order 4711")
			.tag("red")
			.task("report")
			.queue("mail")
			.state(MessageState.EXPIRED, MessageState.READY, MessageState.DEAD);
		assertThat(query.text()).isEqualTo("?state=READY,DEAD,EXPIRED&queue=mail&task=report&tag=red&key=order 4711"
				+ "&createdAfter=2026-01-31T12:00:00Z&createdBefore=2026-01-31T12:00:01.500Z"
				+ "&endedAfter=2026-01-31T12:01:00Z&endedBefore=2026-01-31T13:00:00Z"
				+ "&startedBefore=2026-01-31T14:00:00Z&instance=web-1:4711");
	}

	@Test
	void textOfOneConditionIsThatOne() {
		assertThat(MessageQuery.all().task("report").text()).isEqualTo("?task=report");
	}

}
