package io.github.queuesqlite.sample;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.sample.pictures.PictureGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Starts the service again on the same folders.
 */
class RestartTests {

	private static final int PHOTOS = 6;

	@TempDir
	Path directory;

	@BeforeEach
	void paint() throws Exception {
		new PictureGenerator(this.directory.resolve("album"), 80).generate(PHOTOS);
	}

	@Test
	void startWhenAllWasDoneBeforeDoesNothingAgain() throws Exception {
		try (ConfigurableApplicationContext context = startAndDrain()) {
			assertThat(context.getBean(PhotoLibrary.class).size()).isEqualTo(PHOTOS);
		}
		long[] before = resultTimes();
		try (ConfigurableApplicationContext context = startAndDrain()) {
			assertThat(context.getBean(QueueOperations.class).list(MessageQuery.all().task(PhotoTasks.PROCESS)))
				.hasSize(PHOTOS)
				.allSatisfy((message) -> assertThat(message.state()).isEqualTo(MessageState.COMPLETED));
		}
		assertThat(resultTimes()).isEqualTo(before);
	}

	@Test
	void startWhenResultsWereDeletedProcessesThemAgain() throws Exception {
		startAndDrain().close();
		try (Stream<Path> results = Files.list(results())) {
			for (Path result : results.limit(2).toList()) {
				Files.delete(result);
			}
		}
		try (ConfigurableApplicationContext context = startAndDrain()) {
			assertThat(context.getBean(PhotoLibrary.class).size()).isEqualTo(PHOTOS);
		}
	}

	@Test
	void startWhenFolderHasNewPhotosProcessesThoseOnly() throws Exception {
		startAndDrain().close();
		new PictureGenerator(this.directory.resolve("album"), 80).generate(PHOTOS + 2);
		try (ConfigurableApplicationContext context = startAndDrain()) {
			assertThat(context.getBean(PhotoLibrary.class).size()).isEqualTo(PHOTOS + 2);
			assertThat(context.getBean(QueueOperations.class).list(MessageQuery.all().task(PhotoTasks.PROCESS)))
				.hasSize(PHOTOS + 2);
		}
	}

	@Test
	void folderThatGetsNewPhotosIsLookedAtAgainByTheClock() throws Exception {
		try (ConfigurableApplicationContext context = startAndDrain("photos.rescan=200ms")) {
			PhotoLibrary library = context.getBean(PhotoLibrary.class);
			assertThat(library.size()).isEqualTo(PHOTOS);
			new PictureGenerator(this.directory.resolve("album"), 80).generate(PHOTOS + 2);
			await().atMost(Duration.ofMinutes(1)).until(() -> library.size() == PHOTOS + 2);
		}
	}

	private ConfigurableApplicationContext startAndDrain(String... properties) {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(PhotoServiceApplication.class)
			.properties(properties)
			.run("--server.port=0", "--photos.directory=" + this.directory.resolve("photos"),
					"--queue.sqlite.directory=" + this.directory.resolve("queue"),
					"--photos.import=" + this.directory.resolve("album"), "--photos.caption-failure-percent=0");
		assertThat(context.getBean(QueueOperations.class).drain(Duration.ofMinutes(1))).isTrue();
		return context;
	}

	private long[] resultTimes() throws Exception {
		try (Stream<Path> results = Files.list(results())) {
			return results.sorted().mapToLong((result) -> result.toFile().lastModified()).toArray();
		}
	}

	private Path results() {
		return this.directory.resolve("photos/results");
	}

}
