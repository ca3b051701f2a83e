package io.github.queuesqlite.sample.pictures;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.stream.Stream;

import javax.imageio.ImageIO;

import com.drew.imaging.ImageMetadataReader;
import com.drew.lang.GeoLocation;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifSubIFDDirectory;
import com.drew.metadata.exif.GpsDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Tests for {@link PictureGenerator} and {@link Exif}.
 */
class PictureGeneratorTests {

	@TempDir
	Path folder;

	@Test
	void generateWhenFolderIsEmptyPaintsDifferentPicturesThatCanBeRead() throws Exception {
		new PictureGenerator(this.folder, 96).generate(14);
		try (Stream<Path> files = Files.list(this.folder)) {
			assertThat(files.map(PictureGeneratorTests::content)).hasSize(14).doesNotHaveDuplicates();
		}
		assertThat(ImageIO.read(this.folder.resolve("picture-00004.jpg").toFile()))
			.satisfies((image) -> assertThat(image.getHeight()).isGreaterThan(image.getWidth()));
	}

	@Test
	void generateWhenSomeAreThereLeavesThemAndPaintsTheRest() throws Exception {
		Path kept = Files.writeString(this.folder.resolve("picture-00001.jpg"), "kept");
		new PictureGenerator(this.folder, 64).generate(3);
		assertThat(kept).hasContent("kept");
		assertThat(this.folder.resolve("picture-00002.jpg")).isNotEmptyFile();
	}

	@Test
	void generateWhenCalledForAnotherFolderPaintsTheSame(@TempDir Path other) throws Exception {
		new PictureGenerator(this.folder, 64).generate(2);
		new PictureGenerator(other, 64).generate(2);
		assertThat(this.folder.resolve("picture-00001.jpg")).hasSameBinaryContentAs(other.resolve("picture-00001.jpg"));
	}

	@Test
	void segmentWhenReadByALibrarySaysWhatWasWritten() throws Exception {
		Exif exif = new Exif("Lumen", "Field 1", 6, LocalDateTime.of(2026, 3, 4, 5, 6, 7), 50, 400, -22.9087, -68.1997);
		byte[] file = Pictures.jpeg(Painter.paint(Scenes.canyon(1, 1), 16, 16, 1), 0.8f, false, exif);
		Metadata metadata = ImageMetadataReader.readMetadata(new ByteArrayInputStream(file));
		ExifIFD0Directory camera = metadata.getFirstDirectoryOfType(ExifIFD0Directory.class);
		assertThat(camera.getString(ExifIFD0Directory.TAG_MODEL)).isEqualTo("Field 1");
		assertThat(camera.getInteger(ExifIFD0Directory.TAG_ORIENTATION)).isEqualTo(6);
		ExifSubIFDDirectory shot = metadata.getFirstDirectoryOfType(ExifSubIFDDirectory.class);
		assertThat(shot.getString(ExifSubIFDDirectory.TAG_DATETIME_ORIGINAL)).isEqualTo("2026:03:04 05:06:07");
		GeoLocation place = metadata.getFirstDirectoryOfType(GpsDirectory.class).getGeoLocation();
		assertThat(place.getLatitude()).isCloseTo(-22.9087, within(0.0001));
		assertThat(place.getLongitude()).isCloseTo(-68.1997, within(0.0001));
		assertThat(ImageIO.read(new ByteArrayInputStream(file)).getWidth()).isEqualTo(16);
	}

	private static String content(Path file) {
		try {
			return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
