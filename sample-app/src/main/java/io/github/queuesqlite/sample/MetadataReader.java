package io.github.queuesqlite.sample;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.lang.GeoLocation;
import com.drew.metadata.Directory;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifSubIFDDirectory;
import com.drew.metadata.exif.GpsDirectory;
import io.github.queuesqlite.sample.Photo.PhotoMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.stereotype.Component;

/**
 * Reads what the camera noted in an image file.
 */
@Component
class MetadataReader {

	private static final Logger logger = LoggerFactory.getLogger(MetadataReader.class);

	private static final DateTimeFormatter EXIF_TIME = DateTimeFormatter.ofPattern("yyyy:MM:dd HH:mm:ss", Locale.ROOT);

	/**
	 * Reads the metadata.
	 * @param file an image file
	 * @return nothing but nulls when it has none, or none that can be read
	 * @throws IOException if it cannot be read
	 */
	PhotoMetadata read(byte[] file) throws IOException {
		try {
			return read(ImageMetadataReader.readMetadata(new ByteArrayInputStream(file), file.length));
		}
		catch (ImageProcessingException ex) {
			logger.debug("No metadata: {}", ex.getMessage());
			return PhotoMetadata.NONE;
		}
	}

	private static PhotoMetadata read(Metadata metadata) {
		Directory camera = metadata.getFirstDirectoryOfType(ExifIFD0Directory.class);
		Directory shot = metadata.getFirstDirectoryOfType(ExifSubIFDDirectory.class);
		GpsDirectory gps = metadata.getFirstDirectoryOfType(GpsDirectory.class);
		GeoLocation place = (gps != null) ? gps.getGeoLocation() : null;
		return new PhotoMetadata(
				join(text(camera, ExifIFD0Directory.TAG_MAKE), text(camera, ExifIFD0Directory.TAG_MODEL)),
				takenAt(text(shot, ExifSubIFDDirectory.TAG_DATETIME_ORIGINAL)),
				(camera != null) ? camera.getInteger(ExifIFD0Directory.TAG_ORIENTATION) : null, exposure(shot),
				(place != null) ? place.getLatitude() : null, (place != null) ? place.getLongitude() : null);
	}

	private static @Nullable String exposure(@Nullable Directory shot) {
		if (shot == null) {
			return null;
		}
		String iso = text(shot, ExifSubIFDDirectory.TAG_ISO_EQUIVALENT);
		return join(shot.getDescription(ExifSubIFDDirectory.TAG_FOCAL_LENGTH),
				shot.getDescription(ExifSubIFDDirectory.TAG_FNUMBER),
				shot.getDescription(ExifSubIFDDirectory.TAG_EXPOSURE_TIME), (iso != null) ? "ISO " + iso : null);
	}

	private static @Nullable String takenAt(@Nullable String exifTime) {
		if (exifTime == null) {
			return null;
		}
		try {
			return LocalDateTime.parse(exifTime, EXIF_TIME).toString();
		}
		catch (DateTimeParseException ex) {
			logger.debug("Not a time: {}", exifTime);
			return null;
		}
	}

	private static @Nullable String text(@Nullable Directory directory, int tag) {
		return (directory != null) ? directory.getString(tag) : null;
	}

	private static @Nullable String join(@Nullable String... words) {
		String joined = Stream.of(words)
			.filter(Objects::nonNull)
			.map(Objects::toString)
			.collect(Collectors.joining(" "));
		return joined.isBlank() ? null : joined;
	}

}
