package io.github.queuesqlite.sample;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

/**
 * Settings of the photo service.
 *
 * @param directory where results, thumbnails and uploads are kept
 * @param importFolder folder to import at start; the bundled pictures when neither this
 * nor {@code generate} is set
 * @param importAtStart whether to import anything at start
 * @param generate how many pictures to paint and import at start
 * @param thumbnailSizes longest sides of the thumbnails in pixels, smallest first
 * @param captionFailurePercent how often the caption service is out of order
 * @param exitWhenDone whether to exit once all imports have ended
 * @param exitTimeout how long to wait for that
 */
@ConfigurationProperties("photos")
record PhotoProperties(@DefaultValue("data/photos") Path directory, @Name("import") @Nullable Path importFolder,
		@DefaultValue("true") boolean importAtStart, @DefaultValue("0") int generate, @DefaultValue( {
				"320", "800", "1600" }) List<Integer> thumbnailSizes,
		@DefaultValue("20") int captionFailurePercent, @DefaultValue("false") boolean exitWhenDone,
		@DefaultValue("1h") Duration exitTimeout){

	PhotoProperties {
		thumbnailSizes = thumbnailSizes.stream().sorted().toList();
		if (thumbnailSizes.isEmpty() || thumbnailSizes.get(0) < 16) {
			throw new IllegalArgumentException(
					"'photos.thumbnail-sizes' must name sizes of at least 16, was " + thumbnailSizes);
		}
		if (generate < 0) {
			throw new IllegalArgumentException("'photos.generate' must be at least 0, was " + generate);
		}
	}

}
