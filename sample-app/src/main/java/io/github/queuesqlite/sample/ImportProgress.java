package io.github.queuesqlite.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.listen.ListenOperations;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.sample.PhotoImport.Progress;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Publishes how far each import is as listen data. It counts what there is, the results
 * and the queue's failures, instead of adding up: whatever ran twice or was interrupted,
 * the numbers are right.
 */
@Component
class ImportProgress {

	static final String KEY_PREFIX = "import.";

	private final QueueOperations queue;

	private final ListenOperations listen;

	private final PhotoLibrary library;

	private final JsonMapper mapper;

	private final Path folder;

	private final Map<String, PhotoImport> imports = new ConcurrentHashMap<>();

	private volatile boolean settled;

	ImportProgress(QueueOperations queue, ListenOperations listen, PhotoLibrary library, JsonMapper mapper,
			PhotoProperties properties) throws IOException {
		this.queue = queue;
		this.listen = listen;
		this.library = library;
		this.mapper = mapper;
		this.folder = Files.createDirectories(properties.directory().resolve("imports"));
		try (Stream<Path> files = Files.list(this.folder)) {
			files.filter((file) -> file.toString().endsWith(".json"))
				.map((file) -> mapper.readValue(file.toFile(), PhotoImport.class))
				.forEach((photoImport) -> this.imports.put(photoImport.id(), photoImport));
		}
	}

	void begin(PhotoImport photoImport) throws IOException {
		AtomicFile.write(this.folder.resolve(photoImport.id() + ".json"), this.mapper.writeValueAsBytes(photoImport));
		this.imports.put(photoImport.id(), photoImport);
		this.settled = false;
	}

	Stream<Path> folders() {
		return this.imports.values().stream().map(PhotoImport::folder);
	}

	Optional<PhotoImport> find(String id) {
		return Optional.ofNullable(this.imports.get(id));
	}

	/** Publishes while there is work, and once more when it is done. */
	@Scheduled(fixedDelayString = "${photos.progress-interval:250ms}")
	void publishWhileWorking() {
		boolean working = this.queue.length(PhotoTasks.QUEUE) > 0;
		if (working || !this.settled) {
			this.settled = !working;
			publish();
		}
	}

	void publish() {
		all().forEach((progress) -> this.listen.put(KEY_PREFIX + progress.importId(), progress));
	}

	List<Progress> all() {
		Set<String> failures = failures();
		return this.imports.values()
			.stream()
			.sorted(Comparator.comparing(PhotoImport::at).reversed())
			.map((photoImport) -> progress(photoImport, failures))
			.toList();
	}

	/**
	 * Returns the keys of the photos that ended without a result.
	 * @return the idempotency keys
	 */
	Set<String> failures() {
		Set<String> keys = new HashSet<>();
		List<Message> page;
		MessageId last = null;
		do {
			page = failures(last);
			for (Message message : page) {
				keys.add(String.valueOf(message.idempotencyKey()));
				last = message.id();
			}
		}
		while (page.size() == MessageQuery.MAX_LIMIT);
		return keys;
	}

	private List<Message> failures(@Nullable MessageId after) {
		MessageQuery query = MessageQuery.all()
			.task(PhotoTasks.PROCESS)
			.state(MessageState.DEAD, MessageState.CANCELLED, MessageState.EXPIRED)
			.limit(MessageQuery.MAX_LIMIT);
		return this.queue.list((after != null) ? query.after(after) : query);
	}

	private Progress progress(PhotoImport photoImport, Set<String> failures) {
		int done = 0;
		int failed = 0;
		for (String photo : photoImport.photos()) {
			if (this.library.find(photo).isPresent()) {
				done++;
			}
			else if (failures.contains(ImportService.key(photo))) {
				failed++;
			}
		}
		return new Progress(photoImport.id(), photoImport.folder().toString(), photoImport.photos().size(), done,
				failed);
	}

}
