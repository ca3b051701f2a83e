package io.github.queuesqlite.dashboard;

import java.util.function.UnaryOperator;

import com.jayway.jsonpath.JsonPath;
import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.MessageId;
import jakarta.servlet.Filter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MockMvcTester.MockMvcRequestBuilder;
import org.springframework.web.context.WebApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The dashboard behind Spring Security, set up as the guide says, with its CSRF
 * protection.
 */
@SpringBootTest(properties = { "queue.sqlite.storage=temporary", "queue.sqlite.dashboard.enabled=true",
		"queue.sqlite.dashboard.access=unrestricted", "queue.sqlite.dashboard.show-values=when-authorized",
		"queue.sqlite.dashboard.roles=ROLE_OPERATOR" })
class DashboardSecurityTests {

	private final MockMvcTester mvc;

	private final QueueOperations operations;

	private final EmbeddedQueue queue;

	private final MockHttpSession session = new MockHttpSession();

	@Autowired
	DashboardSecurityTests(WebApplicationContext context, QueueOperations operations, EmbeddedQueue queue) {
		this.mvc = MockMvcTester.from(context,
				(builder) -> builder.addFilters(context.getBean("springSecurityFilterChain", Filter.class)).build());
		this.operations = operations;
		this.queue = queue;
	}

	@BeforeEach
	void resume() {
		this.operations.resume("default");
	}

	@Test
	void strangerIsAskedWhoHeIs() {
		assertThat(this.mvc.get().uri("/queue-dashboard/")).hasStatus(HttpStatus.UNAUTHORIZED);
		assertThat(this.mvc.get().uri("/queue-dashboard/api/queue")).hasStatus(HttpStatus.UNAUTHORIZED);
	}

	@Test
	void viewerSeesAndMayNotChangeAnything() {
		assertThat(as("viewer", this.mvc.get().uri("/queue-dashboard/api/queue"))).hasStatusOk();
		assertThat(pause("viewer", (request) -> withToken("viewer", request))).hasStatus(HttpStatus.FORBIDDEN);
		assertThat(this.operations.stats().pausedQueues()).isEmpty();
	}

	@Test
	void operatorWithTheTokenOfThePageMayAndIsNamed() {
		assertThat(pause("operator", (request) -> withToken("operator", request))).hasStatusOk();
		assertThat(this.operations.stats().pausedQueues()).containsExactly("default");
		assertThat(this.queue.audit().latest(1).get(0).actor()).isEqualTo("operator");
	}

	@Test
	void operatorWithoutTheTokenIsRefused() {
		assertThat(pause("operator", (request) -> request)).hasStatus(HttpStatus.FORBIDDEN);
		assertThat(pause("operator", (request) -> request.header("X-CSRF-TOKEN", "guessed")))
			.hasStatus(HttpStatus.FORBIDDEN);
		assertThat(this.operations.stats().pausedQueues()).isEmpty();
	}

	@Test
	void valuesAreShownToWhoHasTheRole() {
		MessageId id = this.operations.enqueue("mail.welcome", "secret");
		assertThat(as("viewer", this.mvc.get().uri("/queue-dashboard/api/messages/" + id + "?payload=true"))).bodyJson()
			.extractingPath("$.payload.value")
			.isEqualTo("******");
		assertThat(as("operator", this.mvc.get().uri("/queue-dashboard/api/messages/" + id + "?payload=true")))
			.bodyJson()
			.extractingPath("$.payload.value")
			.isEqualTo("secret");
	}

	private MockMvcRequestBuilder withToken(String user, MockMvcRequestBuilder request) {
		String page = new String(as(user, this.mvc.get().uri("/queue-dashboard/api/page")).exchange()
			.getResponse()
			.getContentAsByteArray());
		String header = JsonPath.read(page, "$.csrf.header");
		String token = JsonPath.read(page, "$.csrf.token");
		return request.header(header, token);
	}

	private MockMvcRequestBuilder pause(String user, UnaryOperator<MockMvcRequestBuilder> token) {
		return as(user,
				token.apply(this.mvc.post()
					.uri("/queue-dashboard/api/queues/default")
					.contentType(MediaType.APPLICATION_JSON)
					.header("X-Queue-Dashboard", "true")
					.content("{\"operation\": \"pause\"}")));
	}

	private MockMvcRequestBuilder as(String user, MockMvcRequestBuilder request) {
		return request.session(this.session).headers((headers) -> headers.setBasicAuth(user, "secret"));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableWebSecurity
	static class Application {

		@Bean
		SecurityFilterChain securityFilterChain(HttpSecurity http) throws Exception {
			return http
				.authorizeHttpRequests((requests) -> requests.requestMatchers(HttpMethod.POST, "/queue-dashboard/**")
					.hasRole("OPERATOR")
					.requestMatchers("/queue-dashboard", "/queue-dashboard/**")
					.hasAnyRole("OPERATOR", "VIEWER")
					.anyRequest()
					.authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

		@Bean
		UserDetailsService users() {
			return new InMemoryUserDetailsManager(
					User.withUsername("viewer").password("{noop}secret").roles("VIEWER").build(),
					User.withUsername("operator").password("{noop}secret").roles("OPERATOR").build());
		}

	}

}
