package io.github.queuesqlite.actuate.endpoint;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.schedule.ScheduleOperations;
import io.github.queuesqlite.schedule.ScheduleStatus;

/** Lists, shows and steers schedules, for requests made of text. */
final class ScheduleBrowser {

	/** So many slots of one schedule are told ahead. */
	private static final int SLOTS = 5;

	private final ScheduleOperations operations;

	ScheduleBrowser(ScheduleOperations operations) {
		this.operations = operations;
	}

	SchedulesDescriptor list() {
		Map<String, ScheduleDescriptor> schedules = new TreeMap<>();
		this.operations.list().forEach((status) -> schedules.put(status.name(), ScheduleDescriptor.of(status, null)));
		return new SchedulesDescriptor(schedules);
	}

	ScheduleDescriptor show(String name) {
		ScheduleStatus status = find(name);
		List<String> slots = this.operations.nextSlotsInWords(name, SLOTS);
		return ScheduleDescriptor.of(status, slots);
	}

	ScheduleDescriptor pause(String name) {
		return changed(name, this.operations::pause, "is paused");
	}

	ScheduleDescriptor resume(String name) {
		return changed(name, this.operations::resume, "is not paused");
	}

	private ScheduleDescriptor changed(String name, Predicate<String> change, String unchanged) {
		find(name);
		if (!change.test(name)) {
			throw QueueEndpointException.conflict("Schedule '" + name + "' " + unchanged);
		}
		return show(name);
	}

	/** Returns what it was. */
	ScheduleDescriptor delete(String name) {
		ScheduleDescriptor deleted = show(name);
		try {
			this.operations.delete(name);
		}
		catch (IllegalStateException ex) {
			throw QueueEndpointException.conflict(String.valueOf(ex.getMessage()));
		}
		return deleted;
	}

	MessageId run(String name) {
		return this.operations.run(name).orElseThrow(() -> notFound(name));
	}

	private ScheduleStatus find(String name) {
		return this.operations.find(name).orElseThrow(() -> notFound(name));
	}

	private QueueEndpointException notFound(String name) {
		return QueueEndpointException.notFound("No schedule '%s': there are %s".formatted(name,
				this.operations.list().stream().map(ScheduleStatus::name).toList()));
	}

}
