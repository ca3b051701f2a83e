package io.github.queuesqlite.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.security.Principal;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.ServerRequest;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A request of the page, with whoever sends it. */
record DashboardRequest(ServerRequest request) implements SecurityContext {

	/** A form or a picture of another site cannot send it. */
	static final String MARK = "X-Queue-Dashboard";

	private static final int MOST_BYTES = 16 * 1024;

	@Override
	public @Nullable Principal getPrincipal() {
		return this.request.principal().orElse(null);
	}

	@Override
	public boolean isUserInRole(String role) {
		return this.request.servletRequest().isUserInRole(role);
	}

	@Nullable String parameter(String name) {
		return this.request.param(name).filter((value) -> !value.isEmpty()).orElse(null);
	}

	String kind() {
		return this.request.pathVariable("kind");
	}

	String name() {
		return this.request.pathVariable("name");
	}

	/** Whether it comes from the page, not from another site in the same browser. */
	boolean isOfThePage() {
		String site = this.request.headers().firstHeader("Sec-Fetch-Site");
		return this.request.headers().firstHeader(MARK) != null && (site == null || site.equals("same-origin"))
				&& this.request.headers()
					.contentType()
					.filter(MediaType.APPLICATION_JSON::isCompatibleWith)
					.isPresent();
	}

	/**
	 * Reads what is asked for.
	 * @return names and texts
	 * @throws DashboardProblem if it is too large or something else
	 */
	Map<String, String> body(JsonMapper mapper) {
		JsonNode json = json(mapper);
		Map<String, String> values = new HashMap<>();
		json.properties().forEach((property) -> {
			if (!property.getValue().isString()) {
				throw new DashboardProblem(400, "Bad Request", "What is sent must be an object of texts");
			}
			values.put(property.getKey(), property.getValue().asString());
		});
		return values;
	}

	private JsonNode json(JsonMapper mapper) {
		byte[] bytes = bytes();
		if (bytes.length > MOST_BYTES) {
			throw new DashboardProblem(413, "Content Too Large", "At most " + MOST_BYTES + " bytes are read");
		}
		try {
			JsonNode json = mapper.readTree(bytes);
			if (json.isObject()) {
				return json;
			}
		}
		catch (JacksonException ex) {
			// As for anything else that is no object.
		}
		throw new DashboardProblem(400, "Bad Request", "What is sent must be an object of texts");
	}

	private byte[] bytes() {
		try (InputStream input = this.request.servletRequest().getInputStream()) {
			return input.readNBytes(MOST_BYTES + 1);
		}
		catch (IOException ex) {
			throw new DashboardProblem(400, "Bad Request", "What is sent cannot be read");
		}
	}

}
