package io.github.queuesqlite.dashboard;

import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.actuate.endpoint.ProblemDescriptor;
import io.github.queuesqlite.actuate.endpoint.QueueEndpointWebExtension;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers the requests of the page. What it shows and does is what the endpoint shows and
 * does, with the JSON of a mapper of its own: whatever the application does to the others
 * leaves the page alone.
 */
final class DashboardHandler {

	private static final Logger logger = LoggerFactory.getLogger(DashboardHandler.class);

	private static final Map<String, String> HEADERS = Map.of("Content-Security-Policy",
			"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
					+ "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options", "nosniff", "X-Frame-Options", "DENY", "Referrer-Policy", "no-referrer",
			"Cross-Origin-Resource-Policy", "same-origin", "Cross-Origin-Opener-Policy", "same-origin");

	private final String path;

	private final String application;

	private final boolean writable;

	private final QueueEndpointWebExtension queue;

	private final DashboardHistory history;

	private final DashboardAssets assets = new DashboardAssets();

	private final JsonMapper mapper = new JsonMapper();

	DashboardHandler(String path, String application, boolean writable, QueueEndpointWebExtension queue,
			DashboardHistory history) {
		this.path = path;
		this.application = application;
		this.writable = writable;
		this.queue = queue;
		this.history = history;
	}

	RouterFunction<ServerResponse> routes() {
		return RouterFunctions.route()
			.GET(this.path, (request) -> toFolder())
			.GET(this.path + "/", (request) -> asset(request, "index.html"))
			.GET(this.path + "/{file}", (request) -> asset(request, request.pathVariable("file")))
			.GET(this.path + "/api/page", (request) -> json(200, page(request)))
			.GET(this.path + "/api/history", (request) -> answer(request, this::history))
			.GET(this.path + "/api/queue", (request) -> answer(request, (asked) -> json(this.queue.queue())))
			.GET(this.path + "/api/{kind}", (request) -> answer(request, this::list))
			.GET(this.path + "/api/{kind}/{name}", (request) -> answer(request, this::show))
			.POST(this.path + "/api/{kind}", (request) -> answer(request, this::operateAll))
			.POST(this.path + "/api/{kind}/{name}", (request) -> answer(request, this::operate))
			.build();
	}

	/**
	 * What the page asks for is relative to its folder. So is this, since a proxy may
	 * have taken something off the path.
	 */
	private ServerResponse toFolder() {
		String folder = this.path.substring(this.path.lastIndexOf('/') + 1) + "/";
		return secured(ServerResponse.status(HttpStatus.FOUND)).header("Location", folder).build();
	}

	private ServerResponse asset(ServerRequest request, String name) {
		DashboardAssets.Asset asset = this.assets.find(name);
		if (asset == null) {
			return json(404, new ProblemDescriptor(404, "Not Found", "No such file"));
		}
		boolean known = request.headers().asHttpHeaders().getIfNoneMatch().contains(asset.tag());
		ServerResponse.BodyBuilder response = secured(
				ServerResponse.status(known ? HttpStatus.NOT_MODIFIED : HttpStatus.OK))
			.cacheControl(CacheControl.noCache())
			.eTag(asset.tag());
		return known ? response.build() : response.contentType(asset.type()).body(asset.content());
	}

	private PageDescriptor page(ServerRequest request) {
		return new PageDescriptor(this.application, this.writable,
				request.principal().map(Principal::getName).orElse(null), CsrfTokens.find(request.servletRequest()));
	}

	private ServerResponse history(DashboardRequest request) {
		return json(200, this.history.read(after(request.parameter("after"))));
	}

	private static long after(@Nullable String text) {
		try {
			return (text != null) ? Long.parseLong(text) : 0;
		}
		catch (NumberFormatException ex) {
			throw new DashboardProblem(400, "Bad Request", "'after' must be milliseconds");
		}
	}

	private ServerResponse list(DashboardRequest request) {
		return json(this.queue.list(request.kind(), request.parameter("state"), request.parameter("queue"),
				request.parameter("task"), request.parameter("tag"), request.parameter("key"),
				request.parameter("createdAfter"), request.parameter("createdBefore"), request.parameter("endedAfter"),
				request.parameter("endedBefore"), request.parameter("order"), request.parameter("after"),
				request.parameter("limit"), request.parameter("name")));
	}

	private ServerResponse show(DashboardRequest request) {
		return json(this.queue.show(request, request.kind(), request.name(), request.parameter("payload"),
				request.parameter("result")));
	}

	private ServerResponse operateAll(DashboardRequest request) {
		Map<String, String> body = body(request);
		String name = body.get("name");
		if (name != null) {
			return operate(request, name, body, Set.of("operation", "name", "until"));
		}
		check(body, Set.of("operation", "state", "queue", "task", "tag", "key", "createdAfter", "createdBefore",
				"endedAfter", "endedBefore"));
		return json(this.queue.operateAll(request, request.kind(), body.get("operation"), body.get("state"),
				body.get("queue"), body.get("task"), body.get("tag"), body.get("key"), body.get("createdAfter"),
				body.get("createdBefore"), body.get("endedAfter"), body.get("endedBefore"), null, null));
	}

	private ServerResponse operate(DashboardRequest request) {
		return operate(request, request.name(), body(request), Set.of("operation", "until", "runAt", "after"));
	}

	/** The name is part of the path, or of the body: servers refuse slashes in a part. */
	private ServerResponse operate(DashboardRequest request, String name, Map<String, String> body, Set<String> names) {
		check(body, names);
		return json(this.queue.operate(request, request.kind(), name, body.get("operation"), body.get("until"),
				body.get("runAt"), body.get("after")));
	}

	private Map<String, String> body(DashboardRequest request) {
		if (!this.writable) {
			throw new DashboardProblem(403, "Forbidden",
					"The dashboard is read-only: set queue.sqlite.dashboard.access to unrestricted");
		}
		if (!request.isOfThePage()) {
			throw new DashboardProblem(403, "Forbidden",
					"Changes come from the page itself, as JSON with the header " + DashboardRequest.MARK);
		}
		return request.body(this.mapper);
	}

	private static void check(Map<String, String> body, Set<String> names) {
		body.keySet().stream().filter((name) -> !names.contains(name)).findFirst().ifPresent((name) -> {
			throw new DashboardProblem(400, "Bad Request", "What is sent has a name that is not known");
		});
	}

	private ServerResponse answer(ServerRequest request, Answer answer) {
		try {
			return answer.to(new DashboardRequest(request));
		}
		catch (DashboardProblem ex) {
			ProblemDescriptor problem = ex.toDescriptor();
			return json(problem.status(), problem);
		}
		catch (RuntimeException ex) {
			logger.error("Cannot answer a request of the dashboard", ex);
			return json(500, new ProblemDescriptor(500, "Internal Server Error", "See the log of the application"));
		}
	}

	private ServerResponse json(WebEndpointResponse<?> response) {
		return json(response.getStatus(), response.getBody());
	}

	private ServerResponse json(int status, @Nullable Object body) {
		byte[] bytes = this.mapper.writeValueAsString(body).getBytes(StandardCharsets.UTF_8);
		return secured(ServerResponse.status(status)).cacheControl(CacheControl.noStore())
			.contentType(MediaType.APPLICATION_JSON)
			.body(bytes);
	}

	private static ServerResponse.BodyBuilder secured(ServerResponse.BodyBuilder response) {
		return response.headers((headers) -> HEADERS.forEach(headers::set));
	}

	/** Answers a request. */
	@FunctionalInterface
	private interface Answer {

		ServerResponse to(DashboardRequest request);

	}

}
