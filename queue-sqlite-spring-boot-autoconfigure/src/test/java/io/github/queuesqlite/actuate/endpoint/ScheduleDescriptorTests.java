package io.github.queuesqlite.actuate.endpoint;

import java.util.List;

import io.github.queuesqlite.schedule.ScheduleState;
import io.github.queuesqlite.schedule.ScheduleStatus;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link ScheduleDescriptor}. */
class ScheduleDescriptorTests {

	@Test
	void scheduleThatCannotBeReadIsShownWithWhatIsKnown() {
		ScheduleStatus status = new ScheduleStatus("newer", null, ScheduleState.UNREADABLE, false, null, null, null, 3,
				2, 1);
		assertThat(JsonMapper.shared().writeValueAsString(ScheduleDescriptor.of(status, List.of()))).isEqualTo("""
				{"name":"newer","state":"UNREADABLE","declared":false,"fired":3,"skipped":2,"missed":1,\
				"nextSlots":[]}""");
	}

}
