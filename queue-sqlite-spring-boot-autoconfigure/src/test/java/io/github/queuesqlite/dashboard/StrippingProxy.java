package io.github.queuesqlite.dashboard;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/** A reverse proxy that takes a prefix off the path, and tells nobody. */
final class StrippingProxy implements AutoCloseable {

	/** Are of one connection, or made anew. */
	private static final Set<String> OWN = Set.of("host", "connection", "content-length", "expect", "upgrade",
			"transfer-encoding", "http2-settings", "keep-alive");

	private final String prefix;

	private final int target;

	private final HttpServer server;

	private final ExecutorService executor = Executors.newFixedThreadPool(8);

	private final HttpClient client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();

	StrippingProxy(String prefix, int target) throws IOException {
		this.prefix = prefix;
		this.target = target;
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext(prefix + "/", this::forward);
		this.server.setExecutor(this.executor);
		this.server.start();
	}

	String address() {
		return "http://localhost:" + this.server.getAddress().getPort() + this.prefix;
	}

	private void forward(HttpExchange exchange) throws IOException {
		try (exchange) {
			HttpResponse<byte[]> response = this.client.send(request(exchange),
					HttpResponse.BodyHandlers.ofByteArray());
			response.headers().map().forEach((name, values) -> {
				if (isPassedOn(name)) {
					exchange.getResponseHeaders().put(name, values);
				}
			});
			byte[] body = response.body();
			exchange.sendResponseHeaders(response.statusCode(), (body.length > 0) ? body.length : -1);
			exchange.getResponseBody().write(body);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private HttpRequest request(HttpExchange exchange) throws IOException {
		String path = exchange.getRequestURI().toString().substring(this.prefix.length());
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + this.target + path))
			.method(exchange.getRequestMethod(),
					HttpRequest.BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
		exchange.getRequestHeaders().forEach((name, values) -> {
			if (isPassedOn(name)) {
				values.forEach((value) -> request.header(name, value));
			}
		});
		return request.build();
	}

	private static boolean isPassedOn(String name) {
		return !OWN.contains(name.toLowerCase(Locale.ROOT));
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.executor.shutdownNow();
	}

}
