package io.github.queuesqlite.reliability;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import org.jspecify.annotations.Nullable;

/**
 * The sources of the core, and how they are compiled with a change: what is compiled
 * stands before the real classes on the class path of a child.
 * <p>
 * <b>Threads:</b> one at a time.
 */
public final class CoreSources implements AutoCloseable {

	private final Path main;

	/** Kept open: reading the class path anew takes longer than compiling. */
	private @Nullable StandardJavaFileManager files;

	private CoreSources(Path main) {
		this.main = main;
	}

	/**
	 * Finds them at or above the working directory.
	 * @return the sources
	 * @throws IllegalStateException if this is not a checkout of the project
	 */
	public static CoreSources find() {
		Path start = Path.of("").toAbsolutePath();
		for (Path directory = start; directory != null; directory = directory.getParent()) {
			Path main = directory.resolve("queue-sqlite-core/src/main");
			if (Files.isDirectory(main)) {
				return new CoreSources(main);
			}
		}
		throw new IllegalStateException(
				"The sources of the core are not found: " + start + " is not in a checkout of the project");
	}

	/**
	 * Makes a change and compiles what it touches.
	 * @param change the change
	 * @param classes the directory for the classes or the resource
	 * @throws IllegalStateException if the change does not apply or does not compile
	 */
	public void compile(PlantedChange change, Path classes) throws IOException {
		if (!change.isJava()) {
			Path file = classes.resolve(change.file());
			Files.createDirectories(Objects.requireNonNull(file.getParent()));
			Files.writeString(file, planted(change));
			return;
		}
		List<JavaFileObject> units = new ArrayList<>();
		units.add(new Source(change.file(), planted(change)));
		for (Path neighbour : neighbours(change)) {
			units.add(new Source(javaDirectory().relativize(neighbour).toString(), Files.readString(neighbour)));
		}
		compile(units, classes, change.name());
	}

	/**
	 * Compiles several changes, each in a file of its own, to see that they do.
	 * @param changes at most one for each file
	 * @param classes the directory for the classes
	 * @throws IllegalStateException if one does not apply or does not compile
	 */
	public void compileTogether(Collection<PlantedChange> changes, Path classes) throws IOException {
		List<JavaFileObject> units = new ArrayList<>();
		for (PlantedChange change : changes) {
			String source = planted(change);
			if (change.isJava()) {
				units.add(new Source(change.file(), source));
			}
		}
		compile(units, classes, "one of " + changes.stream().map(PlantedChange::name).toList());
	}

	/** Returns the file with the change. */
	String planted(PlantedChange change) throws IOException {
		Path file = (change.isJava() ? javaDirectory() : this.main.resolve("resources")).resolve(change.file());
		if (Files.notExists(file)) {
			throw new IllegalStateException("The file of the planted change '" + change.name() + "' is gone: " + file);
		}
		return change.plant(Files.readString(file));
	}

	private Path javaDirectory() {
		return this.main.resolve("java");
	}

	/** Constants are copied into the classes that name them. */
	private List<Path> neighbours(PlantedChange change) throws IOException {
		Path file = javaDirectory().resolve(change.file());
		Pattern name = Pattern.compile("\\b" + change.simpleName() + "\\b");
		List<Path> found = new ArrayList<>();
		try (Stream<Path> files = Files.list(Objects.requireNonNull(file.getParent()))) {
			for (Path other : files.filter((path) -> path.toString().endsWith(".java")).toList()) {
				if (!other.equals(file) && name.matcher(Files.readString(other)).find()) {
					found.add(other);
				}
			}
		}
		return found;
	}

	private void compile(List<JavaFileObject> units, Path classes, String what) throws IOException {
		if (units.isEmpty()) {
			return;
		}
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		if (compiler == null) {
			throw new IllegalStateException("Planting changes needs a JDK: this JVM has no compiler");
		}
		Files.createDirectories(classes);
		if (this.files == null) {
			this.files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
		}
		StringWriter errors = new StringWriter();
		List<String> options = List.of("-proc:none", "-nowarn", "-implicit:none", "-d", classes.toString(),
				"-classpath", System.getProperty("java.class.path"));
		if (!compiler.getTask(errors, this.files, null, options, null, units).call()) {
			throw new IllegalStateException("The planted change does not compile (" + what + "): " + errors);
		}
	}

	@Override
	public void close() throws IOException {
		if (this.files != null) {
			this.files.close();
		}
	}

	/** Source in memory. */
	private static final class Source extends SimpleJavaFileObject {

		private final String text;

		Source(String file, String text) {
			super(URI.create("string:///" + file), Kind.SOURCE);
			this.text = text;
		}

		@Override
		public CharSequence getCharContent(boolean ignoreEncodingErrors) {
			return this.text;
		}

	}

}
