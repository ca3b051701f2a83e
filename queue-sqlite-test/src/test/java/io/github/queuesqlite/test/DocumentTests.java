package io.github.queuesqlite.test;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Compiles what the page on testing prints. */
class DocumentTests {

	private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

	private static final String IMPORTS = """
			import java.time.*;
			import io.github.queuesqlite.*;
			import io.github.queuesqlite.message.*;
			import io.github.queuesqlite.task.*;
			import io.github.queuesqlite.test.*;
			import org.junit.jupiter.api.Test;
			import org.springframework.beans.factory.annotation.Autowired;
			import org.springframework.boot.test.context.SpringBootTest;
			import org.springframework.boot.test.context.TestConfiguration;
			import org.springframework.context.annotation.Bean;
			import org.springframework.test.context.bean.override.mockito.MockitoBean;
			import static org.assertj.core.api.Assertions.assertThat;
			import static org.mockito.BDDMockito.given;
			""";

	/** What the page takes for granted. */
	private static final String KNOWN = """
			record Welcome(String mail) {
			}
			record Report(String text) {
			}
			interface MailServer {
				String send(String mail);
			}
			interface Registration {
				void register(String mail);
			}
			interface Mails {
			}
			interface Payments {
				String charge(String order);
				void clear();
				java.util.List<String> charges();
			}
			record Order(String number) {
			}
			""";

	@TempDir
	Path directory;

	@Test
	void everySnippetOfThePageCompiles() throws IOException {
		List<Path> units = new ArrayList<>();
		Matcher blocks = BLOCK.matcher(Files.readString(Path.of("../docs/testing.md")));
		while (blocks.find()) {
			String name = "Snippet" + units.size();
			units.add(Files.writeString(this.directory.resolve(name + ".java"), unit(name, blocks.group(1))));
		}
		assertThat(units).hasSizeGreaterThan(5);
		compile(units);
	}

	/** What begins with an annotation is a member, all else are statements. */
	private static String unit(String name, String snippet) {
		String body = snippet.startsWith("@") ? snippet : "void snippet() throws Exception {\n" + snippet + "}\n";
		return IMPORTS + "@SuppressWarnings(\"all\")\nabstract class " + name + " {\n" + KNOWN
				+ "TestQueue queue;\nMessageId id;\nReport request;\nPayments payments;\n" + body + "}\n";
	}

	private void compile(List<Path> units) {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		StringWriter errors = new StringWriter();
		List<String> options = List.of("-proc:none", "-parameters", "-d", this.directory.toString(), "-cp",
				System.getProperty("java.class.path"));
		boolean compiled = compiler
			.getTask(errors, null, null, options, null,
					compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)
						.getJavaFileObjectsFromPaths(units))
			.call();
		assertThat(compiled).as(errors::toString).isTrue();
	}

}
