package io.github.queuesqlite.reliability;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One place of the core changed, in a copy.
 *
 * @param name what the change is
 * @param file below {@code src/main/java} or {@code src/main/resources}
 * @param text what stands there, once; any white space stands for any other
 * @param replacement what stands there instead
 */
public record PlantedChange(String name, String file, String text, String replacement) {

	/**
	 * Returns whether it is compiled.
	 * @return false for a resource
	 */
	boolean isJava() {
		return this.file.endsWith(".java");
	}

	/** The name of the changed class, without its package. */
	String simpleName() {
		return this.file.substring(this.file.lastIndexOf('/') + 1).replace(".java", "");
	}

	/**
	 * Makes the change.
	 * @param source of the file
	 * @return the changed source
	 * @throws IllegalStateException if the text is not there exactly once
	 */
	String plant(String source) {
		List<String> words = Arrays.asList(this.text.strip().split("\\s+", -1));
		Matcher matcher = Pattern.compile(words.stream().map(Pattern::quote).collect(Collectors.joining("\\s+")))
			.matcher(source);
		if (!matcher.find()) {
			throw new IllegalStateException(where() + " is not there any more: " + this.text);
		}
		int start = matcher.start();
		int end = matcher.end();
		if (matcher.find()) {
			throw new IllegalStateException(where() + " is there more than once: " + this.text);
		}
		return source.substring(0, start) + this.replacement + source.substring(end);
	}

	private String where() {
		return "The text of '" + this.name + "' in " + this.file;
	}

}
