package io.github.queuesqlite.actuate.endpoint;

import java.security.Principal;
import java.util.Set;
import java.util.function.Supplier;

import io.github.queuesqlite.message.StoreUnavailableException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} for the {@link QueueEndpoint}: says
 * with a status and a {@link ProblemDescriptor} why a request is refused, and shows
 * values to those who may see them. A key, which may hold any character, is named in the
 * path, or by a parameter {@code name} instead: servers refuse slashes in a part of a
 * path.
 *
 * @since 0.1.0
 */
@EndpointWebExtension(endpoint = QueueEndpoint.class)
public class QueueEndpointWebExtension {

	private final QueueEndpoint delegate;

	private final Show showValues;

	private final Set<String> roles;

	/**
	 * Creates the extension.
	 * @param delegate the endpoint
	 * @param showValues when to show values
	 * @param roles who may see values; everyone authenticated when empty
	 */
	public QueueEndpointWebExtension(QueueEndpoint delegate, Show showValues, Set<String> roles) {
		this.delegate = delegate;
		this.showValues = showValues;
		this.roles = Set.copyOf(roles);
	}

	@ReadOperation
	public WebEndpointResponse<OperationResponseBody> queue() {
		return respond(this.delegate::queue);
	}

	@ReadOperation
	public WebEndpointResponse<OperationResponseBody> list(@Selector String kind, @Nullable String state,
			@Nullable String queue, @Nullable String task, @Nullable String tag, @Nullable String key,
			@Nullable String createdAfter, @Nullable String createdBefore, @Nullable String endedAfter,
			@Nullable String endedBefore, @Nullable String order, @Nullable String after, @Nullable String limit,
			@Nullable String name) {
		return respond(() -> (name != null) ? this.delegate.showNamed(kind, name) : this.delegate.list(kind, state,
				queue, task, tag, key, createdAfter, createdBefore, endedAfter, endedBefore, order, after, limit));
	}

	@ReadOperation
	public WebEndpointResponse<OperationResponseBody> show(SecurityContext securityContext, @Selector String kind,
			@Selector String name, @Nullable String payload, @Nullable String result) {
		boolean unsanitized = this.showValues.isShown(securityContext, this.roles);
		return respond(() -> this.delegate.show(kind, name, payload, result, unsanitized));
	}

	@WriteOperation
	public WebEndpointResponse<OperationResponseBody> operateAll(SecurityContext securityContext, @Selector String kind,
			@Nullable String operation, @Nullable String state, @Nullable String queue, @Nullable String task,
			@Nullable String tag, @Nullable String key, @Nullable String createdAfter, @Nullable String createdBefore,
			@Nullable String endedAfter, @Nullable String endedBefore, @Nullable String name, @Nullable String until) {
		MessageFilter filter = new MessageFilter(state, queue, task, tag, key, createdAfter, createdBefore, endedAfter,
				endedBefore);
		String actor = actor(securityContext);
		return respond(() -> (name != null) ? this.delegate.operateNamed(actor, kind, name, operation, filter, until)
				: this.delegate.operateAll(actor, kind, operation, filter, until));
	}

	@WriteOperation
	public WebEndpointResponse<OperationResponseBody> operate(SecurityContext securityContext, @Selector String kind,
			@Selector String name, @Nullable String operation, @Nullable String until, @Nullable String runAt,
			@Nullable String after) {
		return respond(() -> this.delegate.operate(actor(securityContext), kind, name, operation, until, runAt, after));
	}

	@WriteOperation
	public WebEndpointResponse<OperationResponseBody> enqueue(SecurityContext securityContext, @Selector String kind,
			@Selector String name, @Selector String part, @Nullable String payload, @Nullable String queue,
			@Nullable String priority, @Nullable String delay, @Nullable String runAt, @Nullable String timeToLive,
			@Nullable String idempotencyKey, @Nullable String uniqueKey, @Nullable String onDuplicate,
			@Nullable String orderingKey, @Nullable String concurrencyKey, @Nullable String maxRetries,
			@Nullable String source, @Nullable String tags, @Nullable String headers, @Nullable String unknownNames) {
		MessageFields fields = new MessageFields(queue, priority, delay, runAt, timeToLive, idempotencyKey, uniqueKey,
				onDuplicate, orderingKey, concurrencyKey, maxRetries, source, tags, headers);
		return respond(
				() -> this.delegate.enqueue(actor(securityContext), kind, name, part, payload, fields, unknownNames));
	}

	private static @Nullable String actor(SecurityContext securityContext) {
		Principal principal = securityContext.getPrincipal();
		return (principal != null) ? principal.getName() : null;
	}

	private static WebEndpointResponse<OperationResponseBody> respond(
			Supplier<? extends OperationResponseBody> answer) {
		try {
			return new WebEndpointResponse<>(answer.get());
		}
		catch (QueueEndpointException ex) {
			return new WebEndpointResponse<>(ex.toDescriptor(), ex.status());
		}
		catch (StoreUnavailableException ex) {
			return new WebEndpointResponse<>(new ProblemDescriptor(WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE,
					"Service Unavailable", String.valueOf(ex.getMessage())),
					WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
		}
	}

}
