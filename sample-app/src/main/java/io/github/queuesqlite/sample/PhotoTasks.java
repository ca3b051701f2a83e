package io.github.queuesqlite.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

import io.github.queuesqlite.annotation.Backoff;
import io.github.queuesqlite.annotation.QueueTask;
import io.github.queuesqlite.sample.Photo.PhotoMetadata;
import io.github.queuesqlite.sample.Photo.ProcessPhoto;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.TaskContext;

import org.springframework.stereotype.Component;

/**
 * The work on one photo. It may run twice for the same photo, for instance after a kill:
 * each step leaves the same files as before, whole or not at all.
 */
@Component
class PhotoTasks {

	static final String QUEUE = "photos";

	static final String PROCESS = "photo.process";

	private final PhotoLibrary library;

	private final Thumbnailer thumbnailer;

	private final MetadataReader metadataReader;

	private final CaptionService captions;

	PhotoTasks(PhotoLibrary library, Thumbnailer thumbnailer, MetadataReader metadataReader, CaptionService captions) {
		this.library = library;
		this.thumbnailer = thumbnailer;
		this.metadataReader = metadataReader;
		this.captions = captions;
	}

	/** No more often than the caption service lets us call. */
	@QueueTask(value = PROCESS, queue = QUEUE, maxRetries = 6, timeout = "2m",
			backoff = @Backoff(delay = "300ms", maxDelay = "10s"), rateLimit = "${photos.caption-rate:100/1s}")
	Photo process(ProcessPhoto task, TaskContext context) throws IOException {
		Optional<Photo> done = this.library.find(task.id());
		if (done.isPresent()) {
			return done.get();
		}
		byte[] file = read(task.source());
		DecodedImage image = DecodedImage.read(file);
		PhotoMetadata metadata = this.metadataReader.read(file);
		Map<Integer, String> thumbnails = this.thumbnailer.write(task.id(), image);
		String caption = this.captions.caption(task.id(), metadata, context.attempt());
		Photo photo = new Photo(task.id(), task.source().getFileName().toString(), task.source(), file.length,
				image.format(), image.width(), image.height(), metadata, caption, thumbnails, context.attempt(),
				Instant.now());
		this.library.save(photo);
		return photo;
	}

	private static byte[] read(Path source) throws IOException {
		try {
			return Files.readAllBytes(source);
		}
		catch (NoSuchFileException ex) {
			throw new PermanentTaskException("The file " + source + " is gone", ex);
		}
	}

}
