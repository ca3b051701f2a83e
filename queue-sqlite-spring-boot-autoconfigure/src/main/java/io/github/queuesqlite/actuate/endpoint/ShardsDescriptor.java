package io.github.queuesqlite.actuate.endpoint;

import java.util.List;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The files.
 *
 * @param shards in the order of their numbers
 * @since 0.1.0
 */
public record ShardsDescriptor(List<QueueReport.ShardDescriptor> shards) implements OperationResponseBody {

}
