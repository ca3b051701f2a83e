package io.github.queuesqlite.actuate.endpoint;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueConsole;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.AuditEntry;
import io.github.queuesqlite.message.AuditEntry.Outcome;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.NewMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Clients that go away, or stop reading, while they are answered. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "queue.sqlite.storage=temporary", "management.endpoints.web.exposure.include=queue",
				"management.endpoint.queue.access=unrestricted" })
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QueueEndpointClientTests {

	private static final Duration LONG = Duration.ofMinutes(1);

	@TempDir
	static Path backups;

	private final int port;

	private final QueueOperations operations;

	private final EmbeddedQueue queue;

	@Autowired
	QueueEndpointClientTests(@Value("${local.server.port}") int port, QueueOperations operations, EmbeddedQueue queue) {
		this.port = port;
		this.operations = operations;
		this.queue = queue;
	}

	@DynamicPropertySource
	static void backupsGoToTheDirectoryOfTheTest(DynamicPropertyRegistry properties) {
		properties.add("management.endpoint.queue.backup-directory", backups::toString);
	}

	@AfterEach
	void clear() {
		this.operations.purge(MessageQuery.all());
	}

	@ParameterizedTest
	@ValueSource(strings = { "verify", "compact", "backup" })
	void operationWhenItsClientGoesAwayIsDoneAndTheNextOneIsAnswered(String operation) throws IOException {
		int before = audit().size();
		send(new Socket(), operate(operation)).close();
		await().atMost(LONG).until(() -> audit().size() > before);
		AuditEntry entry = audit().get(0);
		assertThat(entry.action()).isEqualTo(operation);
		assertThat(entry.outcome()).isEqualTo(Outcome.DONE);
		assertThat(answer(operate(operation))).isEqualTo("HTTP/1.1 200 ");
		if (operation.equals("backup")) {
			String[] made = backups.toFile().list();
			assertThat(made).isNotEmpty()
				.allSatisfy(
						(name) -> assertThat(QueueConsole.verify(backups.resolve(name).resolve("default")).isSound())
							.isTrue());
		}
	}

	@Test
	void clientThatStopsReadingHoldsUpNobody() throws IOException {
		String[] tags = IntStream.range(0, 8).mapToObj((i) -> i + "x".repeat(499)).toArray(String[]::new);
		this.operations.enqueueAll(Collections.nCopies(1000, NewMessage.to("nobody").tags(tags)));
		Socket client = new Socket();
		client.setReceiveBufferSize(1024);
		try (Socket slow = send(client, request("GET", "/messages?limit=1000", ""))) {
			// It has got the beginning of its answer, and reads no more of it.
			assertThat(slow.getInputStream().read()).isEqualTo('H');
			for (String operation : List.of("verify", "compact", "backup")) {
				assertThat(answer(operate(operation))).as(operation).isEqualTo("HTTP/1.1 200 ");
			}
			this.operations.enqueue("nobody", null);
			assertThat(answer(request("GET", "/messages?limit=1000", ""))).isEqualTo("HTTP/1.1 200 ");
		}
	}

	private List<AuditEntry> audit() {
		return this.queue.audit().latest(1000);
	}

	/** A backup is called after its second, hence one a second. */
	private static String operate(String operation) {
		long second = Instant.now().getEpochSecond();
		await().pollInterval(Duration.ofMillis(20)).until(() -> Instant.now().getEpochSecond() > second);
		return request("POST", "/files", "{\"operation\": \"" + operation + "\"}");
	}

	private static String request(String method, String path, String body) {
		return method + " /actuator/queue" + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
				+ "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
	}

	private Socket send(Socket socket, String request) throws IOException {
		socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port));
		socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
		return socket;
	}

	/** Reads all of an answer and returns its first line. */
	private String answer(String request) throws IOException {
		try (Socket socket = send(new Socket(), request);
				BufferedReader reader = new BufferedReader(
						new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
			return reader.lines().toList().get(0);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
