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
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The sources of the core, and how they are compiled with a change: what is compiled
 * stands before the real classes on the class path of a child.
 * <p>
 * <b>Threads:</b> one at a time.
 */
public final class CoreSources implements AutoCloseable {

	/** What stands in each file, by its path below the source folder. */
	private final Map<String, String> texts;

	private final JavaCompiler compiler;

	/** Kept open: reading the class path anew takes longer than compiling. */
	private final StandardJavaFileManager files;

	private CoreSources(Map<String, String> texts, JavaCompiler compiler) {
		this.texts = texts;
		this.compiler = compiler;
		this.files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
	}

	/**
	 * Reads them at or above the working directory.
	 * @return the sources
	 * @throws IllegalStateException if this is not a checkout of the project, or not a
	 * JDK
	 */
	public static CoreSources open() throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		if (compiler == null) {
			throw new IllegalStateException("Planting changes needs a JDK: this JVM has no compiler");
		}
		Path start = Path.of("").toAbsolutePath();
		for (Path directory = start; directory != null; directory = directory.getParent()) {
			Path main = directory.resolve("queue-sqlite-core/src/main");
			if (Files.isDirectory(main)) {
				Map<String, String> texts = new TreeMap<>();
				read(main.resolve("java"), texts);
				read(main.resolve("resources"), texts);
				return new CoreSources(texts, compiler);
			}
		}
		throw new IllegalStateException(
				"The sources of the core are not found: " + start + " is not in a checkout of the project");
	}

	private static void read(Path folder, Map<String, String> texts) throws IOException {
		try (Stream<Path> found = Files.walk(folder)) {
			for (Path file : found.filter(Files::isRegularFile).toList()) {
				texts.put(folder.relativize(file).toString(), Files.readString(file));
			}
		}
	}

	/**
	 * Returns the file that a change is in.
	 * @param change the change
	 * @return its path below the source folder
	 * @throws IllegalStateException if its text does not stand in one place only
	 */
	public String fileOf(PlantedChange change) {
		Pattern pattern = change.pattern();
		List<String> found = new ArrayList<>();
		this.texts.forEach((file, text) -> pattern.matcher(text).results().forEach((match) -> found.add(file)));
		if (found.size() != 1) {
			throw new IllegalStateException("The text of the planted change '" + change.name() + "' must stand in the"
					+ " core once, but stands in " + found + ": " + change.text());
		}
		return found.get(0);
	}

	/**
	 * Makes a change and compiles what it touches.
	 * @param change the change
	 * @param classes the directory for the classes or the resource
	 * @throws IllegalStateException if the change does not apply or does not compile
	 */
	public void compile(PlantedChange change, Path classes) throws IOException {
		String file = fileOf(change);
		if (isJava(file)) {
			List<JavaFileObject> units = new ArrayList<>();
			units.add(new Source(file, planted(change)));
			neighbours(file).forEach((other) -> units.add(new Source(other, text(other))));
			compile(units, classes, change.name());
		}
		else {
			Path resource = classes.resolve(file);
			Files.createDirectories(Objects.requireNonNull(resource.getParent()));
			Files.writeString(resource, planted(change));
		}
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
			String file = fileOf(change);
			if (isJava(file)) {
				units.add(new Source(file, planted(change)));
			}
		}
		if (!units.isEmpty()) {
			compile(units, classes, "one of " + changes.stream().map(PlantedChange::name).toList());
		}
	}

	private static boolean isJava(String file) {
		return file.endsWith(".java");
	}

	private String planted(PlantedChange change) {
		return change.pattern()
			.matcher(text(fileOf(change)))
			.replaceFirst(Matcher.quoteReplacement(change.replacement()));
	}

	private String text(String file) {
		return Objects.requireNonNull(this.texts.get(file));
	}

	/** Constants are copied into the classes of the package that name them. */
	private List<String> neighbours(String file) {
		String folder = file.substring(0, file.lastIndexOf('/') + 1);
		Pattern name = Pattern.compile("\\b" + file.substring(folder.length()).replace(".java", "") + "\\b");
		return this.texts.entrySet()
			.stream()
			.filter((entry) -> isJava(entry.getKey()) && !entry.getKey().equals(file))
			.filter((entry) -> entry.getKey().startsWith(folder) && entry.getKey().indexOf('/', folder.length()) < 0)
			.filter((entry) -> name.matcher(entry.getValue()).find())
			.map(Map.Entry::getKey)
			.toList();
	}

	private void compile(List<JavaFileObject> units, Path classes, String what) throws IOException {
		Files.createDirectories(classes);
		StringWriter errors = new StringWriter();
		List<String> options = List.of("-proc:none", "-nowarn", "-implicit:none", "-d", classes.toString(),
				"-classpath", System.getProperty("java.class.path"));
		if (!this.compiler.getTask(errors, this.files, null, options, null, units).call()) {
			throw new IllegalStateException("The planted change does not compile (" + what + "): " + errors);
		}
	}

	@Override
	public void close() throws IOException {
		this.files.close();
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
