package io.github.queuesqlite.sample;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.queuesqlite.annotation.QueueListener;
import io.github.queuesqlite.sample.ContactSheets.Sheet;
import io.github.queuesqlite.sample.PhotoImport.Progress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Passes progress on to open pages as server-sent events.
 */
@Component
class ProgressStream {

	private static final Logger logger = LoggerFactory.getLogger(ProgressStream.class);

	private final Set<SseEmitter> pages = ConcurrentHashMap.newKeySet();

	private final ImportProgress progress;

	ProgressStream(ImportProgress progress) {
		this.progress = progress;
	}

	SseEmitter open() {
		SseEmitter page = new SseEmitter(0L);
		page.onCompletion(() -> this.pages.remove(page));
		page.onError((ex) -> this.pages.remove(page));
		this.pages.add(page);
		this.progress.all().forEach((state) -> send(page, "progress", state));
		return page;
	}

	@QueueListener("import.*")
	void onProgress(Progress progress) {
		this.pages.forEach((page) -> send(page, "progress", progress));
	}

	@QueueListener("sheet.*")
	void onSheet(Sheet sheet) {
		this.pages.forEach((page) -> send(page, "sheet", sheet));
	}

	/** An open stream would hold up the graceful stop of the web server. */
	@EventListener(ContextClosedEvent.class)
	void close() {
		this.pages.forEach(SseEmitter::complete);
	}

	private void send(SseEmitter page, String name, Object data) {
		try {
			page.send(SseEmitter.event().name(name).data(data));
		}
		catch (IOException | IllegalStateException ex) {
			logger.debug("A page has gone: {}", ex.getMessage());
			this.pages.remove(page);
		}
	}

}
