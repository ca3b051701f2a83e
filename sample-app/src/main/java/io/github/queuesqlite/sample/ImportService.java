package io.github.queuesqlite.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.annotation.QueueSchedule;
import io.github.queuesqlite.annotation.QueueTask;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.Priority;
import io.github.queuesqlite.sample.Photo.ProcessPhoto;
import io.github.queuesqlite.sample.PhotoImport.ImportFolder;
import io.github.queuesqlite.task.PermanentTaskException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.stereotype.Service;

/**
 * Hands photos to the queue. Importing a folder is a task itself: it survives a kill, and
 * runs again from the start without doubling anything, since each photo carries its hash
 * as idempotency key.
 */
@Service
class ImportService {

	private static final Logger logger = LoggerFactory.getLogger(ImportService.class);

	private static final String QUEUE = "imports";

	private static final String IMPORT = "photo.import";

	private static final Set<String> EXTENSIONS = Set.of("jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "webp");

	private final QueueOperations queue;

	private final PhotoLibrary library;

	private final ImportProgress progress;

	private final PhotoProperties properties;

	ImportService(QueueOperations queue, PhotoLibrary library, ImportProgress progress, PhotoProperties properties) {
		this.queue = queue;
		this.library = library;
		this.progress = progress;
		this.properties = properties;
	}

	/**
	 * Starts to import a folder with all folders in it. Importing it again picks up what
	 * is new.
	 * @param folder to read
	 * @return the import
	 * @throws IllegalArgumentException if it is not a folder
	 */
	ImportFolder start(Path folder) {
		if (!Files.isDirectory(folder)) {
			throw new IllegalArgumentException("'" + folder + "' is not a folder");
		}
		Path absolute = folder.toAbsolutePath().normalize();
		ImportFolder task = new ImportFolder(id(absolute), absolute);
		this.queue.enqueue(NewMessage.to(IMPORT).payload(task).uniqueKey(task.id()));
		return task;
	}

	/**
	 * Takes an uploaded photo, ahead of the imported ones.
	 * @param name that the sender gave the file
	 * @param content the file
	 * @return the photo's id
	 * @throws IOException if it cannot be kept
	 */
	String upload(String name, byte[] content) throws IOException {
		String id = Hash.of(content);
		if (this.library.find(id).isEmpty()) {
			Path file = this.library.saveUpload(id, name, content);
			enqueueAll(List.of(message(id, file).priority(Priority.HIGH).source("upload")));
		}
		return id;
	}

	@QueueTask(value = IMPORT, queue = QUEUE, timeout = "1h")
	int importFolder(ImportFolder task) throws IOException {
		List<Path> files = images(task.folder());
		Map<String, Path> photos = new LinkedHashMap<>();
		for (Path file : files) {
			photos.putIfAbsent(Hash.of(Files.readAllBytes(file)), file);
		}
		this.progress.begin(new PhotoImport(task.id(), task.folder(), List.copyOf(photos.keySet()), Instant.now()));
		List<NewMessage> messages = new ArrayList<>();
		photos.forEach((id, file) -> {
			if (this.library.find(id).isEmpty()) {
				messages.add(message(id, file).tags(task.id()).source("import"));
			}
		});
		logger.info("Import {}: {} files in {}, {} different photos, {} processed before", task.id(), files.size(),
				task.folder(), photos.size(), photos.size() - messages.size());
		enqueueAll(messages);
		return messages.size();
	}

	/** Picks up what is new in the folders that were imported. */
	@QueueSchedule(name = "photo.rescan", every = "${photos.rescan:1h}")
	void rescan() {
		this.progress.folders().filter(Files::isDirectory).forEach(this::start);
	}

	/**
	 * Waits until nothing is left to do.
	 * @return false when that took too long
	 */
	boolean awaitAll() {
		boolean done = this.queue.drain(this.properties.exitTimeout());
		this.progress.publish();
		logger.info("{}: {} photos processed, {} failed", done ? "Done" : "Not done in time", this.library.size(),
				this.progress.failures().size());
		return done;
	}

	private void enqueueAll(List<NewMessage> messages) {
		if (messages.isEmpty()) {
			return;
		}
		List<MessageId> ids = this.queue.enqueueAll(messages);
		for (int i = 0; i < ids.size(); i++) {
			forgetLostResult(ids.get(i), messages.get(i));
		}
	}

	/**
	 * A key that is taken by a completed message keeps the photo from being processed,
	 * which is wrong when somebody has deleted its result.
	 */
	private void forgetLostResult(MessageId id, NewMessage message) {
		Message stored = this.queue.find(id).orElse(null);
		if (stored == null || stored.state() != MessageState.COMPLETED) {
			return;
		}
		ProcessPhoto payload = stored.payload(ProcessPhoto.class);
		if (payload != null && this.library.find(payload.id()).isEmpty()) {
			this.queue.delete(id);
			this.queue.enqueue(message);
		}
	}

	private static NewMessage message(String id, Path file) {
		return NewMessage.to(PhotoTasks.PROCESS).payload(new ProcessPhoto(id, file)).idempotencyKey(key(id));
	}

	static String key(String photo) {
		return "photo:" + photo;
	}

	private static List<Path> images(Path folder) throws IOException {
		if (!Files.isDirectory(folder)) {
			throw new PermanentTaskException("The folder " + folder + " is gone");
		}
		try (Stream<Path> files = Files.walk(folder)) {
			return files.filter(Files::isRegularFile).filter(ImportService::isImage).sorted().toList();
		}
	}

	private static boolean isImage(Path file) {
		String name = file.getFileName().toString();
		String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
		return !name.startsWith(".") && EXTENSIONS.contains(extension);
	}

	private static String id(Path folder) {
		Path name = folder.getFileName();
		String readable = (name != null) ? name.toString().replaceAll("[^A-Za-z0-9_-]+", "-") : "root";
		return readable + "-" + Hash.of(folder.toString()).substring(0, 6);
	}

}
