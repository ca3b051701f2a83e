package io.github.queuesqlite.reliability.foreign;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.history.HistoryChecker;
import io.github.queuesqlite.reliability.workload.LocalWorkload;
import io.github.queuesqlite.reliability.workload.Verification;
import io.github.queuesqlite.reliability.workload.WorkloadDirectory;
import io.github.queuesqlite.reliability.workload.WorkloadSettings;

/**
 * The library a second time in this JVM, with an SQLite of its own, as two web
 * applications or a hot deployment bring it: it must not come to a directory that the
 * first one has open, whatever it calls it.
 */
final class SecondClassLoader implements AutoCloseable {

	private static final int MOST_WORKING_MILLIS = 150;

	private final WorkloadDirectory directory;

	private final WorkloadSettings settings;

	private final Outcome outcome;

	private final RandomGenerator random;

	SecondClassLoader(Effort effort, int number, Outcome outcome) throws IOException {
		this.outcome = outcome;
		this.random = effort.random(number);
		this.directory = new WorkloadDirectory(effort, number, outcome);
		this.settings = this.directory.settings();
	}

	void run() throws Exception {
		Path queue = Path.of(this.settings.directory());
		try (URLClassLoader other = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
			try (LocalWorkload work = LocalWorkload.start(this.settings.process("first", this.random.nextLong()))) {
				Path link = Files.createSymbolicLink(this.directory.path().resolve("link"), queue);
				for (Path path : List.of(queue, link, queue.resolve("..").resolve(queue.getFileName()))) {
					Thread.sleep(this.random.nextInt(MOST_WORKING_MILLIS));
					expectRefused(other, path);
				}
			}
			try (AutoCloseable opened = open(other, queue)) {
				expectRefused(EmbeddedQueue.class.getClassLoader(), queue);
			}
		}
		this.directory
			.report(new Verification(this.settings.process("check", 0), HistoryChecker.ofHealthyStore()).run());
		this.directory.deleteWhenSound();
	}

	private static URL[] classPath() throws IOException {
		List<URL> urls = new ArrayList<>();
		for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
			urls.add(Path.of(entry).toUri().toURL());
		}
		return urls.toArray(URL[]::new);
	}

	private static AutoCloseable open(ClassLoader loader, Path path) throws ReflectiveOperationException {
		Class<?> type = Class.forName(EmbeddedQueue.class.getName(), true, loader);
		Object builder = type.getMethod("builder", Path.class).invoke(null, path);
		return (AutoCloseable) builder.getClass().getMethod("build").invoke(builder);
	}

	private void expectRefused(ClassLoader loader, Path path) throws Exception {
		try (AutoCloseable opened = open(loader, path)) {
			this.directory.report(List.of("Expected that " + path + " is refused, found it open twice"));
		}
		catch (InvocationTargetException ex) {
			String text = String.valueOf(ex.getCause());
			if (!text.contains("is open in another class loader of this JVM")) {
				this.directory.report(List.of("Expected that the refusal names the class loader, found " + text));
			}
			this.outcome.count("second class loaders refused", 1);
		}
	}

	@Override
	public void close() throws IOException {
		this.directory.close();
	}

}
