package io.github.queuesqlite.sample;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.sample.PhotoImport.ImportFolder;
import io.github.queuesqlite.sample.PhotoImport.Progress;
import io.github.queuesqlite.sample.pictures.PictureGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.MediaType;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Talks to the REST interface over the wire.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = {
		"photos.import-at-start=false", "photos.caption-failure-percent=0", "management.health.queue.timeout=2m" })
class PhotoApiTests {

	@TempDir
	static Path directory;

	@LocalServerPort
	int port;

	@Autowired
	QueueOperations queue;

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
	void importWhenFolderExistsIsAcceptedAndFinished(@TempDir Path album) throws Exception {
		new PictureGenerator(album, 70).generate(3);
		ImportFolder started = this.client.post()
			.uri("/api/imports")
			.body(Map.of("folder", album.toString()))
			.exchange()
			.expectStatus()
			.isAccepted()
			.expectBody(ImportFolder.class)
			.returnResult()
			.getResponseBody();
		drain();
		this.client.get()
			.uri("/api/imports/" + started.id())
			.exchange()
			.expectBody(Progress.class)
			.isEqualTo(new Progress(started.id(), album.toString(), 3, 3, 0));
	}

	@Test
	void importWhenFolderIsMissingIsRefused() {
		this.client.post()
			.uri("/api/imports")
			.body(Map.of("folder", "/no/such/folder"))
			.exchange()
			.expectStatus()
			.isBadRequest()
			.expectBody()
			.jsonPath("$.detail")
			.isEqualTo("'/no/such/folder' is not a folder");
		this.client.post().uri("/api/imports").body(Map.of()).exchange().expectStatus().isBadRequest();
		this.client.get().uri("/api/imports/unknown").exchange().expectStatus().isNotFound();
	}

	@Test
	void uploadWhenItIsAPhotoIsProcessedAndShown(@TempDir Path album) throws Exception {
		byte[] picture = Files.readAllBytes(new PictureGenerator(album, 90).generate(6).resolve("picture-00005.jpg"));
		PhotoStatus accepted = upload("../../my: holiday.jpg", picture);
		drain();
		PhotoStatus status = status(accepted.id());
		assertThat(status.state()).isEqualTo("done");
		assertThat(status.photo().name()).isEqualTo("my_ holiday.jpg");
		assertThat(status.photo().source()).startsWith(directory.resolve("photos/uploads"));
		this.client.get()
			.uri("/thumbnails/" + status.photo().thumbnails().get(320))
			.exchange()
			.expectStatus()
			.isOk()
			.expectHeader()
			.contentType(MediaType.IMAGE_JPEG);
	}

	@Test
	void uploadWhenItIsNoPhotoEndsDeadAndCanBeRetried() {
		PhotoStatus accepted = upload("notes.txt", "no picture".getBytes(StandardCharsets.UTF_8));
		drain();
		PhotoStatus dead = status(accepted.id());
		assertThat(dead.state()).isEqualTo("dead");
		assertThat(dead.reason()).isEqualTo("Not an image: no known format in 10 bytes");
		this.client.get()
			.uri("/api/photos?state=failed")
			.exchange()
			.expectBody()
			.jsonPath("$[0].id")
			.isEqualTo(accepted.id());
		this.client.post().uri("/api/photos/" + accepted.id() + "/retry").exchange().expectStatus().isAccepted();
		drain();
		assertThat(status(accepted.id())).extracting(PhotoStatus::state, PhotoStatus::attempt)
			.containsExactly("dead", 1);
	}

	@Test
	void photoWhenUnknownIsNotFound() {
		this.client.get().uri("/api/photos/unknown").exchange().expectStatus().isNotFound();
		this.client.post().uri("/api/photos/unknown/retry").exchange().expectStatus().isNotFound();
		this.client.get().uri("/api/photos?state=sideways").exchange().expectStatus().isBadRequest();
		this.client.get().uri("/api/photos?limit=100000").exchange().expectStatus().isBadRequest();
	}

	@Test
	void actuatorWhenAskedShowsTheQueue() {
		this.client.get()
			.uri("/actuator/health")
			.exchange()
			.expectBody()
			.jsonPath("$.components.queue.status")
			.isEqualTo("UP");
		this.client.get().uri("/actuator/queue").exchange().expectStatus().isOk();
		for (String meter : new String[] { "queue.length", "queue.retries", "queue.task.duration" }) {
			this.client.get().uri("/actuator/metrics/" + meter).exchange().expectStatus().isOk();
		}
	}

	private PhotoStatus upload(String name, byte[] content) {
		MultiValueMap<String, Object> form = new LinkedMultiValueMap<>();
		form.add("file", new ByteArrayResource(content) {

			@Override
			public String getFilename() {
				return name;
			}

		});
		return this.client.post()
			.uri("/api/photos")
			.contentType(MediaType.MULTIPART_FORM_DATA)
			.body(form)
			.exchange()
			.expectStatus()
			.isAccepted()
			.expectBody(PhotoStatus.class)
			.returnResult()
			.getResponseBody();
	}

	private PhotoStatus status(String id) {
		return this.client.get()
			.uri("/api/photos/" + id)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(PhotoStatus.class)
			.returnResult()
			.getResponseBody();
	}

	private void drain() {
		assertThat(this.queue.drain(Duration.ofMinutes(1))).isTrue();
	}

}
