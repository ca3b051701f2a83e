package io.github.queuesqlite.actuate.endpoint;

import java.util.Map;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * All schedules.
 *
 * @param schedules by name
 * @since 0.1.0
 */
public record SchedulesDescriptor(Map<String, ScheduleDescriptor> schedules) implements OperationResponseBody {

}
