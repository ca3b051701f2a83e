package io.github.queuesqlite.sample;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What the service knows about a photo once it is processed: the result of the task.
 *
 * @param id hash of the content: the same picture is the same photo, wherever it lies
 * @param name of the file
 * @param source the file it was read from
 * @param bytes size of the file
 * @param format such as {@code JPEG}
 * @param width in pixels, upright
 * @param height in pixels, upright
 * @param metadata what the camera noted
 * @param caption words from the caption service
 * @param thumbnails file names by size in pixels, smallest first
 * @param attempts how many runs it took
 * @param processedAt when it was done
 */
record Photo(String id, String name, Path source, long bytes, String format, int width, int height,
		PhotoMetadata metadata, String caption, Map<Integer, String> thumbnails, int attempts, Instant processedAt) {

	/**
	 * What the camera noted. Null stands for nothing noted.
	 *
	 * @param camera make and model
	 * @param takenAt local time, ISO 8601
	 * @param orientation how the camera was held, 1 to 8 as Exif numbers them
	 * @param exposure such as {@code 1/250 s f/2.8 ISO 200}
	 * @param latitude in degrees, north positive
	 * @param longitude in degrees, east positive
	 */
	record PhotoMetadata(@Nullable String camera, @Nullable String takenAt, @Nullable Integer orientation,
			@Nullable String exposure, @Nullable Double latitude, @Nullable Double longitude) {

		static final PhotoMetadata NONE = new PhotoMetadata(null, null, null, null, null, null);

	}

	/**
	 * What the task is told.
	 *
	 * @param id as above
	 * @param source the file to read
	 */
	record ProcessPhoto(String id, Path source) {

	}

}
