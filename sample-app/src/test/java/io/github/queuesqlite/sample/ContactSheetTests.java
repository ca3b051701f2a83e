package io.github.queuesqlite.sample;

import java.awt.image.BufferedImage;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import javax.imageio.ImageIO;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.sample.ContactSheets.Sheet;
import io.github.queuesqlite.sample.PhotoQueries.SheetStatus;
import io.github.queuesqlite.sample.pictures.PictureGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Makes contact sheets of imports whose photos are processed no faster than is allowed.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = {
		"photos.import-at-start=false", "photos.caption-failure-percent=0", "photos.caption-rate=10/1s" })
class ContactSheetTests {

	@TempDir
	static Path directory;

	@LocalServerPort
	int port;

	@Autowired
	QueueOperations queue;

	@Autowired
	ImportService imports;

	@Autowired
	ContactSheets sheets;

	RestTestClient client;

	@DynamicPropertySource
	static void directories(DynamicPropertyRegistry registry) {
		registry.add("photos.directory", () -> directory.resolve("photos"));
		registry.add("queue.sqlite.directory", () -> directory.resolve("queue").toString());
	}

	@BeforeEach
	void connect() {
		this.client = RestTestClient.bindToServer().baseUrl("http://localhost:" + this.port).build();
	}

	@Test
	void sheetWhenAllTilesAreMadeShowsEachPhotoAndIsAnnounced(@TempDir Path album) throws Exception {
		String id = imported(album, 10);
		URI status = make(id);
		drain();
		Sheet sheet = this.sheets.find(id).orElseThrow();
		assertThat(status(status)).satisfies((made) -> {
			assertThat(made.state()).isEqualTo(MessageState.COMPLETED);
			assertThat(List.of(made.tiles(), made.made(), made.failed())).containsExactly(10, 10, 0);
			assertThat(made.progress().fraction()).isEqualTo(1);
			assertThat(made.progress().text()).isEqualTo("tile 10 of 10");
			assertThat(made.sheet()).isEqualTo(sheet);
		});
		assertThat(sheet.photos()).isEqualTo(10);
		BufferedImage picture = ImageIO.read(thumbnail(sheet.file()).toFile());
		assertThat(List.of(picture.getWidth(), picture.getHeight())).containsExactly(8 * 160, 2 * 160);
		this.client.get().uri("/thumbnails/" + sheet.file()).exchange().expectStatus().isOk();
		this.client.get()
			.uri("/api/overview")
			.exchange()
			.expectBody()
			.jsonPath("$.sheets['" + id + "'].file")
			.isEqualTo(sheet.file());
	}

	@Test
	void sheetWhenATileCannotBeMadeIsMadeOfTheOthers(@TempDir Path album) throws Exception {
		String id = imported(album, 4);
		Photo photo = this.queue.list(MessageQuery.all().task(PhotoTasks.PROCESS).tag(id)).get(0).result(Photo.class);
		photo.thumbnails().values().forEach((name) -> assertThat(thumbnail(name).toFile().delete()).isTrue());
		URI status = make(id);
		drain();
		assertThat(status(status).failed()).isOne();
		assertThat(this.sheets.find(id)).map(Sheet::photos).hasValue(3);
	}

	@Test
	void sheetWhenThereIsNothingToShowIsRefused(@TempDir Path album) throws Exception {
		this.client.post().uri("/api/imports/unknown/sheet").exchange().expectStatus().isNotFound();
		String id = imported(Files.createDirectories(album.resolve("empty")), 0);
		this.client.post()
			.uri("/api/imports/" + id + "/sheet")
			.exchange()
			.expectStatus()
			.isEqualTo(409)
			.expectBody()
			.jsonPath("$.detail")
			.isEqualTo("No photo of " + id + " is processed yet");
	}

	@Test
	void photosAreProcessedNoFasterThanTheCaptionServiceAllows(@TempDir Path album) throws Exception {
		String id = imported(album, 15);
		List<Instant> starts = this.queue.list(MessageQuery.all().task(PhotoTasks.PROCESS).tag(id))
			.stream()
			.map(Message::startedAt)
			.sorted()
			.toList();
		assertThat(starts).hasSize(15);
		// The first may find a token; each other one needs a tenth of a second.
		assertThat(Duration.between(starts.get(0), starts.get(14))).isGreaterThan(Duration.ofMillis(1200));
		assertThat(this.queue.stats().limits()).anyMatch((limit) -> limit.name().equals("rate:task:photo.process"));
	}

	private String imported(Path album, int photos) throws Exception {
		if (photos > 0) {
			new PictureGenerator(album, 64 + photos).generate(photos);
		}
		String id = this.imports.start(album).id();
		drain();
		return id;
	}

	private URI make(String id) {
		return this.client.post()
			.uri("/api/imports/" + id + "/sheet")
			.exchange()
			.expectStatus()
			.isAccepted()
			.returnResult()
			.getResponseHeaders()
			.getLocation();
	}

	private SheetStatus status(URI uri) {
		return this.client.get()
			.uri(uri.getPath())
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(SheetStatus.class)
			.returnResult()
			.getResponseBody();
	}

	private static Path thumbnail(String name) {
		return directory.resolve("photos/thumbnails").resolve(name);
	}

	private void drain() {
		assertThat(this.queue.drain(Duration.ofMinutes(1))).isTrue();
	}

}
