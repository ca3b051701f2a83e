package io.github.queuesqlite.sample;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import javax.imageio.ImageIO;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.listen.ListenOperations;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.sample.PhotoImport.Progress;
import io.github.queuesqlite.sample.pictures.PictureGenerator;
import io.github.queuesqlite.task.PermanentTaskException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

/**
 * Runs the bundled photos through the queue and looks at every outcome.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.MOCK,
		properties = { "photos.caption-failure-percent=30", "photos.progress-interval=50ms" })
@ExtendWith(OutputCaptureExtension.class)
class BundledPhotosTests {

	@TempDir
	static Path directory;

	@Autowired
	QueueOperations queue;

	@Autowired
	ListenOperations listen;

	@Autowired
	PhotoLibrary library;

	@Autowired
	ImportService imports;

	@Autowired
	MeterRegistry meters;

	@DynamicPropertySource
	static void directories(DynamicPropertyRegistry registry) {
		registry.add("photos.directory", () -> directory.resolve("photos"));
		registry.add("queue.sqlite.directory", () -> directory.resolve("queue").toString());
	}

	@BeforeEach
	void processAll() {
		assertThat(this.queue.drain(Duration.ofMinutes(1))).isTrue();
	}

	@Test
	void importWhenDrainedHasAResultForEachPhotoButTheBrokenOne() {
		assertThat(photos()).containsOnlyKeys("aurora.jpg", "canyon.jpg", "evening-sea.jpg", "julia-set.gif",
				"milky-way.jpg", "mountains-at-dusk.jpg", "nebula.jpg", "old-postcard.bmp", "planet.png",
				"tiny-heart.png");
	}

	@Test
	void resultsWhenDoneAreTheSameInTheLibraryAndTheQueue() {
		List<Photo> results = this.queue.list(MessageQuery.all().task(PhotoTasks.PROCESS).state(MessageState.COMPLETED))
			.stream()
			.map((message) -> message.result(Photo.class))
			.filter((photo) -> photo.source().startsWith(bundled()))
			.toList();
		assertThat(results).containsExactlyInAnyOrderElementsOf(photos().values());
	}

	@Test
	void brokenPhotoIsDeadAfterOneAttemptWithTheReason() {
		List<Message> dead = this.queue.list(MessageQuery.all().state(MessageState.DEAD));
		assertThat(dead).singleElement().satisfies((message) -> {
			assertThat(message.attempt()).isEqualTo(1);
			assertThat(message.payload(Photo.ProcessPhoto.class).source()).hasFileName("broken.jpg");
			assertThat(message.lastError().type()).isEqualTo(PermanentTaskException.class.getName());
			assertThat(message.lastError().message()).startsWith("Cannot decode the image");
		});
	}

	@Test
	void thumbnailsWhenPhotoIsLargeHaveEachSize() throws Exception {
		Photo photo = photos().get("milky-way.jpg");
		assertThat(photo.thumbnails()).containsOnlyKeys(320, 800, 1600);
		for (Map.Entry<Integer, String> thumbnail : photo.thumbnails().entrySet()) {
			assertThat(read(thumbnail.getValue()).getWidth()).isEqualTo(thumbnail.getKey());
		}
	}

	@Test
	void thumbnailWhenPhotoIsTinyIsNotBlownUp() throws Exception {
		assertThat(read(photos().get("tiny-heart.png").thumbnails().get(320)).getWidth()).isEqualTo(16);
	}

	@Test
	void thumbnailWhenPhotoIsTransparentStaysTransparent() throws Exception {
		BufferedImage thumbnail = read(photos().get("planet.png").thumbnails().get(320));
		assertThat(thumbnail.getRGB(2, 2) >>> 24).isLessThan(10);
	}

	@Test
	void metadataWhenCameraWroteItIsRead() {
		Photo photo = photos().get("mountains-at-dusk.jpg");
		assertThat(photo.metadata().camera()).isEqualTo("Lumen Field 2");
		assertThat(photo.metadata().takenAt()).isEqualTo("2026-06-21T20:41");
		assertThat(photo.metadata().exposure()).contains("ISO 200", "85 mm");
		assertThat(photo.metadata().latitude()).isCloseTo(46.02, within(0.01));
		assertThat(photo.caption()).isEqualTo("Near Zermatt, 2026");
	}

	@Test
	void photoWhenCameraWasHeldUprightIsTurned() {
		Photo photo = photos().get("evening-sea.jpg");
		assertThat(photo.metadata().orientation()).isEqualTo(6);
		assertThat(photo.height()).isGreaterThan(photo.width());
	}

	@Test
	void photoWhenCaptionServiceWasOutOfOrderIsRetried() {
		int retries = this.library.latest(0, 100).stream().mapToInt((photo) -> photo.attempts() - 1).sum();
		assertThat(retries).isPositive();
		assertThat(this.meters.get("queue.retries").tag("task", PhotoTasks.PROCESS).counter())
			.extracting(Counter::count)
			.isEqualTo((double) retries);
	}

	@Test
	void progressWhenDoneIsPublishedAndLogged(CapturedOutput output, @TempDir Path album) throws Exception {
		new PictureGenerator(album, 64).generate(4);
		String id = this.imports.start(album).id();
		await().untilAsserted(() -> assertThat(this.listen.get("import." + id, Progress.class))
			.hasValue(new Progress(id, album.toString(), 4, 4, 0)));
		await().untilAsserted(() -> assertThat(output).contains("Import " + id + ": 4 of 4 photos, 100 %, 0 failed"));
	}

	@Test
	void importWhenRepeatedDoesNoWorkTwice() {
		String id = this.imports.start(bundled()).id();
		assertThat(this.queue.drain(Duration.ofMinutes(1))).isTrue();
		assertThat(this.queue.list(MessageQuery.all().task(PhotoTasks.PROCESS).tag(id))).hasSize(11);
	}

	private Map<String, Photo> photos() {
		return this.library.latest(0, 100)
			.stream()
			.filter((photo) -> photo.source().startsWith(bundled()))
			.collect(Collectors.toMap(Photo::name, Function.identity()));
	}

	private static Path bundled() {
		return directory.resolve("photos/bundled");
	}

	private static BufferedImage read(String thumbnail) throws Exception {
		return ImageIO.read(directory.resolve("photos/thumbnails").resolve(thumbnail).toFile());
	}

}
