package io.github.queuesqlite.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import javax.imageio.ImageIO;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.sample.pictures.PictureGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Kills the service in the middle of its work, as {@code kill -9} does, and starts it
 * again.
 */
class KillTests {

	private static final int PHOTOS = 200;

	@TempDir
	Path directory;

	private final List<Process> started = new ArrayList<>();

	@AfterEach
	void stop() {
		this.started.forEach(Process::destroyForcibly);
	}

	@Test
	void importWhenKilledTwiceIsFinishedWithEveryPhotoAndNoneLost() throws Exception {
		Set<String> expected = new TreeSet<>();
		for (Path picture : list(new PictureGenerator(this.directory.resolve("album"), 360).generate(PHOTOS))) {
			expected.add(Hash.of(Files.readAllBytes(picture)));
		}
		assertThat(expected).hasSize(PHOTOS);
		killWhenDone(20);
		killWhenDone(60);
		Process last = start();
		assertThat(last.waitFor(10, TimeUnit.MINUTES)).isTrue();
		assertThat(last.exitValue()).as("exit code; see %s", log(3)).isZero();
		assertThat(processed()).isEqualTo(expected);
		for (String photo : expected) {
			for (int size : new int[] { 320, 800, 1600 }) {
				Path thumbnail = this.directory.resolve("photos/thumbnails/%s-%d.jpg".formatted(photo, size));
				assertThat(ImageIO.read(thumbnail.toFile())).as(thumbnail.toString()).isNotNull();
			}
		}
		assertThatQueueHoldsEachPhotoOnce();
	}

	private void assertThatQueueHoldsEachPhotoOnce() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(PhotoServiceApplication.class)
			.run(arguments("--photos.import-at-start=false"))) {
			QueueStats stats = context.getBean(QueueOperations.class).stats();
			assertThat(stats.count(PhotoTasks.QUEUE, MessageState.COMPLETED)).isEqualTo(PHOTOS);
			assertThat(context.getBean(QueueOperations.class).length()).isZero();
			assertThat(stats.count(MessageState.DEAD)).isZero();
		}
	}

	/** So slow that it does not end before it is killed. */
	private void killWhenDone(int photos) throws Exception {
		Process process = start("--photos.caption-rate=20/1s");
		await().atMost(Duration.ofMinutes(5)).pollInterval(Duration.ofMillis(20)).until(() -> {
			assertThat(process.isAlive()).as("%s", log(this.started.size())).isTrue();
			return processed().size() >= photos;
		});
		process.destroyForcibly().waitFor();
		assertThat(processed()).as("killed in the middle").hasSizeLessThan(PHOTOS);
	}

	private Process start(String... more) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m",
						"--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
						PhotoServiceApplication.class.getName()));
		command.addAll(List.of(arguments("--photos.exit-when-done=true")));
		command.addAll(List.of(more));
		Process process = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(log(this.started.size() + 1).toFile())
			.start();
		this.started.add(process);
		return process;
	}

	private String[] arguments(String more) {
		return new String[] { "--server.port=0", "--photos.directory=" + this.directory.resolve("photos"),
				"--queue.sqlite.directory=" + this.directory.resolve("queue"),
				"--photos.import=" + this.directory.resolve("album"), more };
	}

	private Path log(int run) {
		return this.directory.resolve("run-" + run + ".log");
	}

	private Set<String> processed() throws IOException {
		Path results = this.directory.resolve("photos/results");
		Set<String> photos = new TreeSet<>();
		if (Files.isDirectory(results)) {
			for (Path result : list(results)) {
				String name = result.getFileName().toString();
				if (name.endsWith(".json")) {
					photos.add(name.substring(0, name.length() - ".json".length()));
				}
			}
		}
		return photos;
	}

	private static List<Path> list(Path folder) throws IOException {
		try (Stream<Path> files = Files.list(folder)) {
			return files.toList();
		}
	}

}
