package io.github.queuesqlite.docs;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** Compiles what the documents print, and runs the program of the guide. */
@ExtendWith(OutputCaptureExtension.class)
class SnippetTests {

	@TempDir
	Path directory;

	@ParameterizedTest
	@ValueSource(strings = { "README.md", "docs/guide.md", "docs/composition.md", "docs/look-and-steer.md",
			"docs/listen-data.md", "docs/order-and-limits.md", "docs/pull.md", "docs/payloads.md", "docs/schedules.md",
			"docs/from-celery.md", "docs/from-jobrunr.md", "docs/from-quartz.md", "docs/from-persist-queue.md" })
	void compileWhenSnippetIsPrintedSucceeds(String document) throws IOException {
		List<Path> units = new ArrayList<>();
		for (JavaSnippet snippet : JavaSnippet.of(document)) {
			units.add(write(snippet, "Snippet" + units.size()));
		}
		assertThat(units).isNotEmpty();
		compile(units);
	}

	@Test
	void runWhenGuidePrintsProgramGreets(CapturedOutput output) throws Exception {
		JavaSnippet program = JavaSnippet.of("docs/guide.md")
			.stream()
			.filter(JavaSnippet::isProgram)
			.findFirst()
			.orElseThrow();
		compile(List.of(write(program, "Greeter")));
		try (URLClassLoader classes = new URLClassLoader(new URL[] { this.directory.toUri().toURL() })) {
			String[] arguments = { this.directory.resolve("queue").toString() };
			classes.loadClass("Greeter").getMethod("main", String[].class).invoke(null, (Object) arguments);
		}
		assertThat(output).contains("Hello Ada");
		assertThat(this.directory.resolve("queue/default/queue_shard_0.db")).exists();
	}

	private Path write(JavaSnippet snippet, String name) throws IOException {
		Path file = this.directory.resolve((snippet.isProgram() ? "Greeter" : name) + ".java");
		return Files.writeString(file, snippet.toUnit(name));
	}

	private void compile(List<Path> units) {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		StringWriter errors = new StringWriter();
		Callable<Boolean> task = compiler.getTask(errors, null, null,
				List.of("-proc:none", "-parameters", "-d", this.directory.toString(), "-cp",
						System.getProperty("java.class.path")),
				null,
				compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8).getJavaFileObjectsFromPaths(units));
		assertThat(call(task)).as(errors::toString).isTrue();
	}

	private static boolean call(Callable<Boolean> task) {
		try {
			return task.call();
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

}
