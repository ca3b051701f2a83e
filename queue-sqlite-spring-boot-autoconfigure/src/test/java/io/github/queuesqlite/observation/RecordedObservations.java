package io.github.queuesqlite.observation;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.observation.transport.SenderContext;

/** Records what stopped, and propagates a header {@code traceparent} as tracing does. */
final class RecordedObservations implements ObservationHandler<Observation.Context> {

	static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

	final List<Observation.Context> stopped = new CopyOnWriteArrayList<>();

	final List<String> received = new CopyOnWriteArrayList<>();

	final ObservationRegistry registry = ObservationRegistry.create();

	RecordedObservations() {
		this.registry.observationConfig().observationHandler(this);
	}

	@Override
	@SuppressWarnings("unchecked")
	public void onStart(Observation.Context context) {
		if (context instanceof SenderContext<?> sender) {
			SenderContext<Map<String, String>> typed = (SenderContext<Map<String, String>>) sender;
			typed.getSetter().set(typed.getCarrier(), "traceparent", TRACE);
		}
		if (context instanceof ReceiverContext<?> receiver) {
			ReceiverContext<Object> typed = (ReceiverContext<Object>) receiver;
			this.received.add(String.valueOf(typed.getGetter().get(typed.getCarrier(), "traceparent")));
		}
	}

	@Override
	public void onStop(Observation.Context context) {
		this.stopped.add(context);
	}

	@Override
	public boolean supportsContext(Observation.Context context) {
		return true;
	}

}
