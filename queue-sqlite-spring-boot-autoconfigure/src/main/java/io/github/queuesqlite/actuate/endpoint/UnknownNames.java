package io.github.queuesqlite.actuate.endpoint;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.InvocationContext;
import org.springframework.boot.actuate.endpoint.OperationType;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvoker;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvokerAdvisor;
import org.springframework.boot.actuate.endpoint.invoke.OperationParameter;
import org.springframework.boot.actuate.endpoint.invoke.OperationParameters;

/**
 * Tells an operation that has a parameter for it which names of a request it does not
 * know: Actuator leaves them out, and a name that is misspelt would be one that was not
 * given.
 */
final class UnknownNames implements OperationInvokerAdvisor {

	/** The name of that parameter. */
	static final String PARAMETER = "unknownNames";

	private static final EndpointId QUEUE = EndpointId.of("queue");

	@Override
	public OperationInvoker apply(EndpointId endpointId, OperationType type, OperationParameters parameters,
			OperationInvoker invoker) {
		Set<String> known = parameters.stream().map(OperationParameter::getName).collect(Collectors.toSet());
		if (!endpointId.equals(QUEUE) || !known.remove(PARAMETER)) {
			return invoker;
		}
		return (context) -> {
			Map<String, Object> arguments = new LinkedHashMap<>(context.getArguments());
			Set<String> unknown = new TreeSet<>(arguments.keySet());
			unknown.removeAll(known);
			arguments.remove(PARAMETER);
			if (!unknown.isEmpty()) {
				arguments.put(PARAMETER, String.join(", ", unknown));
			}
			SecurityContext who = Objects.requireNonNull(context.resolveArgument(SecurityContext.class));
			return invoker.invoke(new InvocationContext(who, arguments));
		};
	}

}
