package io.github.queuesqlite.test;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import io.github.queuesqlite.message.NewMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** What a test without Spring Boot and JUnit needs is there. */
@Timeout(120)
class PlainUseTests {

	private static final List<String> OPTIONAL = List.of("spring-boot", "spring-test", "junit", "autoconfigure",
			"mockito", "/h2/");

	@Test
	void nothingButCoreAndAssertJIsNeeded() throws Exception {
		URL[] needed = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> OPTIONAL.stream().noneMatch(entry::contains))
			.map(PlainUseTests::url)
			.toArray(URL[]::new);
		try (URLClassLoader classes = new URLClassLoader(needed, ClassLoader.getPlatformClassLoader())) {
			Class<?> use = classes.loadClass(PlainUse.class.getName());
			assertThat(use.getClassLoader()).isSameAs(classes);
			assertThat(classes.getResource("org/springframework/boot/SpringApplication.class")).isNull();
			assertThat(classes.getResource("org/junit/jupiter/api/Test.class")).isNull();
			use.getMethod("run").invoke(null);
		}
	}

	private static URL url(String entry) {
		try {
			return Path.of(entry).toUri().toURL();
		}
		catch (MalformedURLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Such a test. */
	public static final class PlainUse {

		private PlainUse() {
		}

		public static void run() {
			try (TestQueue queue = TestQueue.create(RunMode.INLINE)) {
				queue.tasks().register("greet", String.class, (name, context) -> "Hello " + name);
				queue.operations().enqueue(NewMessage.to("greet").payload("Ada"));
				assertThat(queue).message("greet").isCompleted().hasResult("Hello Ada");
			}
			CrashReport report = CrashSimulator
				.of(String.class, (name, context) -> context.step("greet", () -> "Hello " + name))
				.run("Ada");
			assertThat(report).isIdempotent().hasCrashes(3);
		}

	}

}
