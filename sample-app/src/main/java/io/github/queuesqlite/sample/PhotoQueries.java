package io.github.queuesqlite.sample;

import java.util.List;
import java.util.Optional;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.sample.Photo.ProcessPhoto;
import io.github.queuesqlite.sample.PhotoImport.Progress;

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

	PhotoQueries(QueueOperations queue, PhotoLibrary library, ImportProgress progress) {
		this.queue = queue;
		this.library = library;
		this.progress = progress;
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
		return new Overview(this.library.size(), stats.count(PhotoTasks.QUEUE, MessageState.READY),
				stats.count(PhotoTasks.QUEUE, MessageState.RUNNING),
				stats.count(PhotoTasks.QUEUE, MessageState.SCHEDULED), failed, this.progress.all());
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
	 */
	record Overview(long done, long waiting, long running, long retrying, long failed, List<Progress> imports) {

	}

}
