package io.github.queuesqlite.sample;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.sample.ContactSheets.Sheet;
import io.github.queuesqlite.sample.Photo.ProcessPhoto;
import io.github.queuesqlite.sample.PhotoImport.Progress;
import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Component;

/**
 * Answers what the page asks: finished photos come from the library, all others from the
 * queue.
 */
@Component
class PhotoQueries {

	private static final MessageState[] ACTIVE = { MessageState.RUNNING, MessageState.READY, MessageState.SCHEDULED };

	private static final MessageState[] FAILED = { MessageState.DEAD, MessageState.CANCELLED, MessageState.EXPIRED };

	private final QueueOperations queue;

	private final PhotoLibrary library;

	private final ImportProgress progress;

	private final ContactSheets sheets;

	PhotoQueries(QueueOperations queue, PhotoLibrary library, ImportProgress progress, ContactSheets sheets) {
		this.queue = queue;
		this.library = library;
		this.progress = progress;
		this.sheets = sheets;
	}

	Optional<PhotoStatus> find(String id) {
		return this.library.find(id)
			.map(PhotoStatus::of)
			.or(() -> this.queue.findByKey(ImportService.key(id)).map((message) -> PhotoStatus.of(id, message)));
	}

	List<PhotoStatus> done(int offset, int limit) {
		return this.library.latest(offset, limit).stream().map(PhotoStatus::of).toList();
	}

	List<PhotoStatus> active(int limit) {
		return list(limit, ACTIVE);
	}

	List<PhotoStatus> failed(int limit) {
		return list(limit, FAILED);
	}

	Overview overview() {
		QueueStats stats = this.queue.stats();
		long failed = 0;
		for (MessageState state : FAILED) {
			failed += stats.count(PhotoTasks.QUEUE, state);
		}
		List<Progress> imports = this.progress.all();
		return new Overview(this.library.size(), stats.count(PhotoTasks.QUEUE, MessageState.READY),
				stats.count(PhotoTasks.QUEUE, MessageState.RUNNING),
				stats.count(PhotoTasks.QUEUE, MessageState.SCHEDULED), failed, imports, sheets(imports));
	}

	private Map<String, Sheet> sheets(List<Progress> imports) {
		Map<String, Sheet> found = new HashMap<>();
		imports
			.forEach((one) -> this.sheets.find(one.importId()).ifPresent((sheet) -> found.put(one.importId(), sheet)));
		return found;
	}

	/**
	 * Tells how far a contact sheet is.
	 * @param id what {@link ContactSheets#start} returned
	 * @return empty for another message
	 */
	Optional<SheetStatus> sheet(MessageId id) {
		return this.queue.group(id).map((group) -> {
			Message sheet = this.queue.find(id).orElseThrow();
			return new SheetStatus(group.state(), group.members(), group.completed(), group.failed(), sheet.progress(),
					(group.state() == MessageState.COMPLETED) ? sheet.result(Sheet.class) : null);
		});
	}

	private List<PhotoStatus> list(int limit, MessageState... states) {
		MessageQuery query = MessageQuery.all().task(PhotoTasks.PROCESS).state(states).limit(limit);
		return this.queue.list(query).stream().map(PhotoQueries::status).toList();
	}

	private static PhotoStatus status(Message message) {
		ProcessPhoto task = message.payload(ProcessPhoto.class);
		return PhotoStatus.of((task != null) ? task.id() : message.id().toString(), message);
	}

	/**
	 * The numbers at the top of the page.
	 *
	 * @param done photos with a result
	 * @param waiting photos that may run now
	 * @param running photos being processed
	 * @param retrying photos that wait for their next attempt
	 * @param failed photos that ended without a result
	 * @param imports the imports, latest first
	 * @param sheets their contact sheets, of those that have one
	 */
	record Overview(long done, long waiting, long running, long retrying, long failed, List<Progress> imports,
			Map<String, Sheet> sheets) {

	}

	/**
	 * How far a contact sheet is.
	 *
	 * @param state SCHEDULED until all tiles have ended
	 * @param tiles how many it has
	 * @param made how many of them are made
	 * @param failed how many cannot be made
	 * @param progress how far it is put together; null before
	 * @param sheet null before it is there
	 */
	record SheetStatus(MessageState state, int tiles, int made, int failed,
			io.github.queuesqlite.message.@Nullable Progress progress, @Nullable Sheet sheet) {

	}

}
