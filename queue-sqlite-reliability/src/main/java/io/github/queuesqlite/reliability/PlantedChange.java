package io.github.queuesqlite.reliability;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One place of the core changed, in a copy.
 *
 * @param name what the change is
 * @param text what stands there, and nowhere else; any white space stands for any other
 * @param replacement what stands there instead
 */
public record PlantedChange(String name, String text, String replacement) {

	Pattern pattern() {
		List<String> words = Arrays.asList(this.text.strip().split("\\s+", -1));
		return Pattern.compile(words.stream().map(Pattern::quote).collect(Collectors.joining("\\s+")));
	}

}
