package io.github.queuesqlite.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/** The Java files of all modules below a folder of theirs. */
final class SourceFiles {

	private static final Pattern TEST = Pattern.compile("\\s*@(Test|ParameterizedTest|RepeatedTest|TestFactory)\\b.*");

	private static final Pattern METHOD = Pattern.compile("\\s*(?:\\w+ )*[\\w<>]+ (\\w+)\\(.*");

	private final Map<Path, String> texts;

	private SourceFiles(Map<Path, String> texts) {
		this.texts = texts;
	}

	static SourceFiles of(String folder) {
		Map<Path, String> texts = new LinkedHashMap<>();
		try (Stream<Path> modules = Files.list(Path.of(".."))) {
			for (Path module : modules.filter((it) -> Files.isDirectory(it.resolve(folder))).toList()) {
				try (Stream<Path> found = Files.walk(module.resolve(folder))) {
					found.filter((file) -> file.toString().endsWith(".java"))
						.forEach((file) -> texts.put(file, read(file)));
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return new SourceFiles(texts);
	}

	/**
	 * Finds the files of a class.
	 * @param packages the end of its package, each part followed by a dot, may be empty
	 * @param type without its package
	 */
	Stream<Path> find(String packages, String type) {
		String end = "/" + packages.replace('.', '/') + type + ".java";
		return this.texts.keySet().stream().filter((file) -> ("/" + file).replace('\\', '/').endsWith(end));
	}

	/**
	 * Gives the names of the tests of a class, or of one inside of it, inherited ones
	 * too.
	 */
	Stream<String> testsOf(Path file, @Nullable String nested) {
		String text = this.texts.getOrDefault(file, "");
		String type = (nested != null) ? nested : file.getFileName().toString().replace(".java", "");
		Matcher declared = Pattern.compile("class " + type + "(?:<\\w+>)?(?: extends (\\w+))?").matcher(text);
		if (!declared.find()) {
			return Stream.empty();
		}
		String base = declared.group(1);
		Stream<String> inherited = (base != null) ? find("", base).flatMap((itsFile) -> testsOf(itsFile, null))
				: Stream.empty();
		return Stream.concat(testsIn(text.substring(declared.start())), inherited);
	}

	private static Stream<String> testsIn(String text) {
		List<String> names = new ArrayList<>();
		boolean test = false;
		for (String line : text.lines().toList()) {
			Matcher method = METHOD.matcher(line);
			if (TEST.matcher(line).matches()) {
				test = true;
			}
			else if (test && method.matches()) {
				names.add(method.group(1));
				test = false;
			}
		}
		return names.stream();
	}

	/**
	 * Whether a type of that name is declared in a file in which the member stands too.
	 */
	boolean declares(String type, String member) {
		Pattern declaration = Pattern.compile("(class|interface|record|enum|@interface) " + type + "\\b");
		Pattern word = Pattern.compile("\\b" + member + "\\b");
		return this.texts.values()
			.stream()
			.anyMatch((text) -> declaration.matcher(text).find() && word.matcher(text).find());
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
