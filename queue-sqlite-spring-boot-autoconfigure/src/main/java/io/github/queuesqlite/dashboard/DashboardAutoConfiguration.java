package io.github.queuesqlite.dashboard;

import java.time.InstantSource;
import java.util.Set;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.actuate.endpoint.QueueEndpoint;
import io.github.queuesqlite.actuate.endpoint.QueueEndpointWebExtension;
import io.github.queuesqlite.autoconfigure.QueueAutoConfiguration;
import io.github.queuesqlite.autoconfigure.QueueProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * Auto-configuration of the dashboard: a page on the application's own port, off unless
 * {@code queue.sqlite.dashboard.enabled} is set.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = QueueAutoConfiguration.class)
@ConditionalOnBooleanProperty("queue.sqlite.dashboard.enabled")
@ConditionalOnBean(EmbeddedQueue.class)
public final class DashboardAutoConfiguration {

	private static final Logger logger = LoggerFactory.getLogger(DashboardAutoConfiguration.class);

	/** The page. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnClass({ RouterFunction.class, OperationResponseBody.class })
	@ImportRuntimeHints(DashboardRuntimeHints.class)
	static class Page {

		/** Asks for nothing: the queue is built with it. */
		@Bean
		DashboardRecorder queueDashboardRecorder() {
			return new DashboardRecorder();
		}

		@Bean(initMethod = "start")
		DashboardHistory queueDashboardHistory(DashboardRecorder recorder, EmbeddedQueue queue) {
			return new DashboardHistory(recorder, queue.operations()::stats, queue.operations()::totals,
					InstantSource.system());
		}

		/** The last hour begins with the application. */
		@Bean
		static LazyInitializationExcludeFilter queueDashboardLazyInitializationExcludeFilter() {
			return LazyInitializationExcludeFilter.forBeanTypes(DashboardHistory.class);
		}

		@Bean
		RouterFunction<ServerResponse> queueDashboard(EmbeddedQueue queue, QueueProperties properties,
				DashboardHistory history, ObjectProvider<SanitizingFunction> sanitizingFunctions,
				ApplicationEventPublisher publisher, Environment environment) {
			QueueProperties.Dashboard dashboard = properties.dashboard();
			Show show = Show.valueOf(dashboard.showValues().name());
			QueueEndpoint endpoint = new QueueEndpoint(queue, sanitizingFunctions.orderedStream().toList(), show,
					publisher);
			logger.info("The dashboard of the queue is at {}/, {}", dashboard.path(),
					isWritable(dashboard) ? "open for changes" : "read-only");
			return new DashboardHandler(dashboard.path(),
					environment.getProperty("spring.application.name", "Application"), isWritable(dashboard),
					new QueueEndpointWebExtension(endpoint, show, Set.copyOf(dashboard.roles())), history)
				.routes();
		}

		private static boolean isWritable(QueueProperties.Dashboard dashboard) {
			return dashboard.access() == QueueProperties.Dashboard.Access.UNRESTRICTED;
		}

	}

	/** What the page is made of is Actuator's. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnMissingClass("org.springframework.boot.actuate.endpoint.OperationResponseBody")
	static class WithoutActuator {

		WithoutActuator() {
			throw new FailureAnalyzedException(
					"'queue.sqlite.dashboard.enabled' is true, but the dashboard needs Actuator.",
					"Add the dependency org.springframework.boot:spring-boot-starter-actuator. None of its endpoints"
							+ " need be exposed.");
		}

	}

	/** There is no page for WebFlux. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
	static class WithWebFlux {

		WithWebFlux() {
			warn("this is a WebFlux application");
		}

	}

	/** Nor for servlets alone. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnMissingClass("org.springframework.web.servlet.function.RouterFunction")
	static class WithoutSpringMvc {

		WithoutSpringMvc() {
			warn("Spring MVC is not there");
		}

	}

	private static void warn(String why) {
		logger
			.warn("'queue.sqlite.dashboard.enabled' is true, but {}: there is no dashboard, since it needs Spring MVC."
					+ " The endpoint 'queue' shows and does the same", why);
	}

}
