package io.github.queuesqlite.sample;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

import io.github.queuesqlite.sample.pictures.PictureGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplicationAotProcessor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Has Spring prepare the service ahead of time, as for a native image, and runs what came
 * of it on the JVM.
 */
class AheadOfTimeTests {

	private static final int PHOTOS = 6;

	private static final String CLASS_PATH = System.getProperty("java.class.path");

	@TempDir
	Path directory;

	@Test
	void serviceThatWasPreparedAheadOfTimeProcessesItsPhotos() throws Exception {
		new PictureGenerator(this.directory.resolve("album"), 80).generate(PHOTOS);
		Path sources = this.directory.resolve("sources");
		Path classes = Files.createDirectory(this.directory.resolve("classes"));
		run("prepare.log",
				List.of("-cp", CLASS_PATH, SpringApplicationAotProcessor.class.getName(),
						PhotoServiceApplication.class.getName(), sources.toString(), classes.toString(),
						classes.toString(), "io.github.queuesqlite", "sample-app"),
				arguments());
		compile(sources, classes);
		Path log = run("run.log",
				List.of("-Dspring.aot.enabled=true", "--enable-native-access=ALL-UNNAMED", "-cp",
						classes + File.pathSeparator + CLASS_PATH, PhotoServiceApplication.class.getName()),
				arguments());
		assertThat(log).content().contains("Starting AOT-processed PhotoServiceApplication").doesNotContain("ERROR");
		try (Stream<Path> results = Files.list(this.directory.resolve("photos/results"))) {
			assertThat(results.filter((file) -> file.toString().endsWith(".json"))).hasSize(PHOTOS);
		}
	}

	private List<String> arguments() {
		return List.of("--server.port=0", "--photos.directory=" + this.directory.resolve("photos"),
				"--queue.sqlite.directory=" + this.directory.resolve("queue"),
				"--photos.import=" + this.directory.resolve("album"), "--photos.exit-when-done=true");
	}

	private Path run(String logName, List<String> options, List<String> arguments) throws Exception {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(options);
		command.addAll(arguments);
		Path log = this.directory.resolve(logName);
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
		try {
			assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
			assertThat(process.exitValue()).as(() -> read(log)).isZero();
		}
		finally {
			process.destroyForcibly();
		}
		return log;
	}

	private static void compile(Path sources, Path classes) throws IOException {
		List<String> arguments = new ArrayList<>(
				List.of("-nowarn", "-proc:none", "-parameters", "-cp", CLASS_PATH, "-d", classes.toString()));
		try (Stream<Path> files = Files.walk(sources)) {
			files.filter((file) -> file.toString().endsWith(".java")).map(Path::toString).forEach(arguments::add);
		}
		assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
			.isZero();
	}

	private static String read(Path log) {
		try {
			return Files.readString(log);
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

}
