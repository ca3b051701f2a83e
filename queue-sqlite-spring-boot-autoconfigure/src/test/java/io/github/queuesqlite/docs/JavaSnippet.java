package io.github.queuesqlite.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Java snippet of a document.
 *
 * @param text as it is printed
 */
record JavaSnippet(String text) {

	private static final Pattern BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

	private static final String IMPORTS = """
			import java.lang.reflect.Type;
			import java.nio.file.*;
			import java.time.*;
			import java.util.*;
			import java.util.concurrent.*;
			import java.util.function.*;
			import java.util.stream.Stream;
			import javax.swing.SwingUtilities;
			import io.github.queuesqlite.*;
			import io.github.queuesqlite.annotation.*;
			import io.github.queuesqlite.docs.Snippets;
			import io.github.queuesqlite.event.*;
			import io.github.queuesqlite.listen.*;
			import io.github.queuesqlite.message.*;
			import io.github.queuesqlite.payload.*;
			import io.github.queuesqlite.schedule.*;
			import io.github.queuesqlite.task.*;
			import org.junit.jupiter.api.Test;
			import org.springframework.beans.factory.annotation.Autowired;
			import org.springframework.boot.ApplicationRunner;
			import org.springframework.boot.SpringApplication;
			import org.springframework.boot.test.context.SpringBootTest;
			import org.springframework.context.ConfigurableApplicationContext;
			import org.springframework.context.annotation.Bean;
			import org.springframework.context.event.EventListener;
			import org.springframework.http.HttpMethod;
			import org.springframework.stereotype.Component;
			import org.springframework.transaction.annotation.Transactional;
			import tools.jackson.databind.ObjectMapper;
			import tools.jackson.databind.node.ObjectNode;
			import static org.assertj.core.api.Assertions.assertThat;
			""";

	static List<JavaSnippet> of(String document) throws IOException {
		List<JavaSnippet> snippets = new ArrayList<>();
		Matcher blocks = BLOCK.matcher(Files.readString(Path.of("..").resolve(document)));
		while (blocks.find()) {
			snippets.add(new JavaSnippet(blocks.group(1)));
		}
		return snippets;
	}

	boolean isProgram() {
		return this.text.contains("static void main(");
	}

	/** Returns a compilation unit: a program as it is, anything else inside a class. */
	String toUnit(String name) {
		if (isProgram()) {
			return IMPORTS + this.text;
		}
		StringBuilder members = new StringBuilder();
		StringBuilder statements = new StringBuilder();
		split(members, statements);
		return IMPORTS + "abstract class " + name + " extends Snippets {\n" + members
				+ "void snippet() throws Exception {\n" + statements + "}\n}\n";
	}

	/** What begins with an annotation, up to its closing brace, is a member. */
	private void split(StringBuilder members, StringBuilder statements) {
		boolean member = false;
		boolean opened = false;
		int depth = 0;
		for (String line : this.text.replace("{ … }", "{ }").lines().toList()) {
			member = member || (depth == 0 && line.startsWith("@"));
			(member ? members : statements).append(line).append('\n');
			depth += count(line, '{') - count(line, '}');
			opened = opened || (member && line.endsWith("{")) || line.endsWith("{ }");
			if (opened && depth == 0) {
				member = false;
				opened = false;
			}
		}
	}

	private static int count(String line, char wanted) {
		return (int) line.chars().filter((character) -> character == wanted).count();
	}

}
