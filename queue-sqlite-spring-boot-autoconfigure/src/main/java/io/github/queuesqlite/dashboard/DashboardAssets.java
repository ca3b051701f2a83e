package io.github.queuesqlite.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.util.DigestUtils;

/** The files of the page. No other is ever looked for. */
final class DashboardAssets {

	private static final List<String> NAMES = List.of("index.html", "theme.js", "dashboard.css", "dashboard.js",
			"server.js", "elements.js", "words.js", "chart.js", "overview.js", "queues.js", "tasks.js", "messages.js",
			"message.js", "failures.js", "schedules.js", "limits.js", "processes.js", "icon.svg");

	private static final Map<String, MediaType> TYPES = Map.of("html",
			MediaType.parseMediaType("text/html;charset=UTF-8"), "css",
			MediaType.parseMediaType("text/css;charset=UTF-8"), "js",
			MediaType.parseMediaType("text/javascript;charset=UTF-8"), "svg",
			MediaType.parseMediaType("image/svg+xml"));

	private final Map<String, Asset> assets = new HashMap<>();

	DashboardAssets() {
		NAMES.forEach((name) -> this.assets.put(name, load(name)));
	}

	private static Asset load(String name) {
		try (InputStream input = DashboardAssets.class.getResourceAsStream(name)) {
			if (input == null) {
				throw new IllegalStateException("The jar of the dashboard lacks " + name);
			}
			byte[] content = input.readAllBytes();
			MediaType type = TYPES.getOrDefault(name.substring(name.indexOf('.') + 1), MediaType.TEXT_PLAIN);
			return new Asset(content, type, '"' + DigestUtils.md5DigestAsHex(content) + '"');
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Returns a file; null when there is none of this name. */
	@Nullable Asset find(String name) {
		return this.assets.get(name);
	}

	/** A file: its content and what stands for it. */
	record Asset(byte[] content, MediaType type, String tag) {

	}

}
