package io.github.queuesqlite.sample;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.sample.PhotoImport.ImportFolder;
import io.github.queuesqlite.sample.PhotoImport.Progress;
import io.github.queuesqlite.sample.PhotoQueries.SheetStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.StringUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * The REST interface.
 */
@RestController
@RequestMapping("/api")
class PhotoController {

	private static final int MAX_LIMIT = 200;

	private final ImportService imports;

	private final PhotoQueries photos;

	private final ImportProgress progress;

	private final ContactSheets sheets;

	private final ProgressStream stream;

	private final QueueOperations queue;

	PhotoController(ImportService imports, PhotoQueries photos, ImportProgress progress, ContactSheets sheets,
			ProgressStream stream, QueueOperations queue) {
		this.imports = imports;
		this.progress = progress;
		this.sheets = sheets;
		this.photos = photos;
		this.stream = stream;
		this.queue = queue;
	}

	@PostMapping("/imports")
	ResponseEntity<ImportFolder> importFolder(@RequestBody ImportRequest request) {
		if (!StringUtils.hasText(request.folder())) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "'folder' is missing");
		}
		try {
			ImportFolder started = this.imports.start(Path.of(request.folder()));
			return ResponseEntity.accepted().location(URI.create("/api/imports/" + started.id())).body(started);
		}
		catch (IllegalArgumentException ex) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST, ex.getMessage(), ex);
		}
	}

	@GetMapping("/imports/{id}")
	Progress progress(@PathVariable String id) {
		return this.photos.overview()
			.imports()
			.stream()
			.filter((progress) -> progress.importId().equals(id))
			.findFirst()
			.orElseThrow(() -> notFound("import", id));
	}

	@PostMapping("/imports/{id}/sheet")
	ResponseEntity<SheetStatus> makeSheet(@PathVariable String id) {
		PhotoImport photoImport = this.progress.find(id).orElseThrow(() -> notFound("import", id));
		try {
			MessageId sheet = this.sheets.start(photoImport);
			return ResponseEntity.accepted().location(URI.create("/api/sheets/" + sheet)).body(sheet(sheet));
		}
		catch (IllegalArgumentException ex) {
			throw new ResponseStatusException(HttpStatus.CONFLICT, ex.getMessage(), ex);
		}
	}

	@GetMapping("/sheets/{id}")
	SheetStatus sheet(@PathVariable MessageId id) {
		return this.photos.sheet(id).orElseThrow(() -> notFound("sheet", id.toString()));
	}

	@PostMapping(path = "/photos", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
	ResponseEntity<PhotoStatus> upload(@RequestParam MultipartFile file) throws IOException {
		if (file.isEmpty()) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "'file' is empty");
		}
		String id = this.imports.upload(safeName(file.getOriginalFilename()), file.getBytes());
		return ResponseEntity.accepted().location(URI.create("/api/photos/" + id)).body(photo(id));
	}

	@GetMapping("/photos/{id}")
	PhotoStatus photo(@PathVariable String id) {
		return this.photos.find(id).orElseThrow(() -> notFound("photo", id));
	}

	@PostMapping("/photos/{id}/retry")
	ResponseEntity<PhotoStatus> retry(@PathVariable String id) {
		boolean retried = this.queue.findByKey(ImportService.key(id))
			.map((message) -> this.queue.retry(message.id()))
			.orElseThrow(() -> notFound("photo", id));
		if (!retried) {
			throw new ResponseStatusException(HttpStatus.CONFLICT, "Photo " + id + " has not failed");
		}
		return ResponseEntity.accepted().body(photo(id));
	}

	@GetMapping("/photos")
	List<PhotoStatus> list(@RequestParam(defaultValue = "done") String state,
			@RequestParam(defaultValue = "0") int offset, @RequestParam(defaultValue = "60") int limit) {
		if (offset < 0 || limit < 1 || limit > MAX_LIMIT) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST,
					"'offset' must be at least 0 and 'limit' from 1 to " + MAX_LIMIT);
		}
		return switch (state) {
			case "done" -> this.photos.done(offset, limit);
			case "active" -> this.photos.active(limit);
			case "failed" -> this.photos.failed(limit);
			default -> throw new ResponseStatusException(HttpStatus.BAD_REQUEST,
					"'state' must be done, active or failed, was " + state);
		};
	}

	@GetMapping("/overview")
	PhotoQueries.Overview overview() {
		return this.photos.overview();
	}

	@GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	SseEmitter events() {
		return this.stream.open();
	}

	private static ResponseStatusException notFound(String what, String id) {
		return new ResponseStatusException(HttpStatus.NOT_FOUND, "No " + what + " " + id);
	}

	/** What a browser sends as name is not to be trusted with a path. */
	private static String safeName(@Nullable String name) {
		String file = StringUtils.getFilename((name != null) ? name.replace('\\', '/') : "");
		String safe = (file != null) ? file.replaceAll("[^\\p{L}\\p{N}._ -]+", "_").replaceAll("^\\.+", "") : "";
		return safe.isBlank() ? "upload" : safe.substring(Math.max(0, safe.length() - 100));
	}

	/**
	 * Asks for an import.
	 *
	 * @param folder on the server's disk
	 */
	record ImportRequest(String folder) {

	}

}
