package io.github.queuesqlite.observation;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskContext;
import io.github.queuesqlite.task.TaskDefinition;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler.FirstMatchingCompositeObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** One trace leads through the queue: tested with OpenTelemetry. */
class TracingTests {

	private static final Duration LONG = Duration.ofMinutes(1);

	@TempDir
	Path directory;

	private final InMemorySpanExporter spans = InMemorySpanExporter.create();

	private final ObservationRegistry registry = ObservationRegistry.create();

	private final SdkTracerProvider provider = SdkTracerProvider.builder()
		.addSpanProcessor(SimpleSpanProcessor.create(this.spans))
		.build();

	private OtelTracer tracer;

	private EmbeddedQueue queue;

	@BeforeEach
	void trace() {
		Tracer opentelemetry = this.provider.get("test");
		this.tracer = new OtelTracer(opentelemetry, new OtelCurrentTraceContext(), (event) -> {
		});
		OtelPropagator propagator = new OtelPropagator(
				ContextPropagators.create(W3CTraceContextPropagator.getInstance()), opentelemetry);
		this.registry.observationConfig()
			.observationHandler(new FirstMatchingCompositeObservationHandler(
					new PropagatingReceiverTracingObservationHandler<>(this.tracer, propagator),
					new PropagatingSenderTracingObservationHandler<>(this.tracer, propagator),
					new DefaultTracingObservationHandler(this.tracer)));
		open();
	}

	@AfterEach
	void close() {
		this.queue.close();
		this.provider.close();
	}

	@Test
	void handlerIsPartOfTheTraceOfWhoEnqueued() {
		register("mail", (task) -> task, (context) -> trace(context, this.tracer));
		this.queue.start();
		String[] handled = { "" };
		traced(() -> handled[0] = this.queue.operations().await(enqueue("mail"), String.class, LONG));
		SpanData request = span("request");
		SpanData enqueue = span("enqueue mail");
		SpanData task = span("task mail");
		assertThat(List.of(enqueue.getTraceId(), task.getTraceId(), handled[0])).containsOnly(request.getTraceId());
		assertThat(enqueue.getParentSpanId()).isEqualTo(request.getSpanId());
		assertThat(enqueue.getKind()).isEqualTo(SpanKind.PRODUCER);
		assertThat(task.getParentSpanId()).isEqualTo(enqueue.getSpanId());
		assertThat(task.getKind()).isEqualTo(SpanKind.CONSUMER);
	}

	@Test
	void traceGoesOnAfterARestartAndOverRetries() {
		MessageId[] id = { null };
		traced(() -> id[0] = enqueue("mail"));
		this.queue.close();
		open();
		register("mail", (task) -> task.retryPolicy(new RetryPolicy(1, Duration.ZERO, 1, Duration.ZERO, 0)),
				(context) -> {
					if (context.attempt() == 1) {
						throw new IllegalStateException("not yet");
					}
					return "done";
				});
		this.queue.start();
		assertThat(this.queue.operations().await(id[0], String.class, LONG)).isEqualTo("done");
		await().atMost(LONG).until(() -> spans("task mail").size() == 2);
		assertThat(spans("task mail")).allSatisfy((task) -> {
			assertThat(task.getTraceId()).isEqualTo(span("request").getTraceId());
			assertThat(task.getParentSpanId()).isEqualTo(span("enqueue mail").getSpanId());
		});
		assertThat(spans("task mail")).extracting((task) -> task.getStatus().getStatusCode())
			.containsExactlyInAnyOrder(StatusCode.ERROR, StatusCode.UNSET);
	}

	@Test
	void whatAHandlerEnqueuesIsPartOfTheSameTrace() {
		register("second", (task) -> task, (context) -> trace(context, this.tracer));
		register("first", (task) -> task,
				(context) -> context.enqueue(NewMessage.to("second").orderingKey("k")).toString());
		this.queue.start();
		traced(() -> this.queue.operations().await(enqueue("first"), String.class, LONG));
		await().atMost(LONG).until(() -> spans("task second").size() == 1);
		assertThat(span("enqueue second").getParentSpanId()).isEqualTo(span("task first").getSpanId());
		assertThat(span("task second").getParentSpanId()).isEqualTo(span("enqueue second").getSpanId());
		assertThat(span("task second").getTraceId()).isEqualTo(span("request").getTraceId());
	}

	private void open() {
		this.queue = EmbeddedQueue.builder(this.directory)
			.shards(2)
			.enqueueInterceptor(new ObservationEnqueueInterceptor(this.registry, null, () -> this.queue.tasks()))
			.interceptor(new ObservationTaskInterceptor(this.registry, null))
			.build();
	}

	private void register(String name, UnaryOperator<TaskDefinition.Builder<String>> settings, Handler handler) {
		this.queue.tasks()
			.register(settings
				.apply(TaskDefinition.builder(name, String.class, (payload, context) -> handler.handle(context)))
				.build());
	}

	private MessageId enqueue(String task) {
		return this.queue.operations().enqueue(NewMessage.to(task));
	}

	private void traced(Runnable work) {
		Observation.createNotStarted("request", this.registry).observe(work);
	}

	private static String trace(TaskContext context, OtelTracer tracer) {
		assertThat(context.headers()).containsKey("traceparent");
		return tracer.currentSpan().context().traceId();
	}

	private SpanData span(String name) {
		await().atMost(LONG).until(() -> !spans(name).isEmpty());
		assertThat(spans(name)).hasSize(1);
		return spans(name).get(0);
	}

	private List<SpanData> spans(String name) {
		return this.spans.getFinishedSpanItems().stream().filter((span) -> span.getName().equals(name)).toList();
	}

	/** A handler without payload. */
	private interface Handler {

		String handle(TaskContext context) throws Exception;

	}

}
