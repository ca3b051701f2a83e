package io.github.queuesqlite.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.QueueException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/** Tables for people, JSON for scripts. Texts of others cannot steer the terminal. */
final class Output {

	private static final JsonMapper MAPPER = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

	@Option(names = "--json", description = "Print JSON, with the names of the actuator endpoint")
	private boolean json;

	@Spec(Spec.Target.MIXEE)
	@SuppressWarnings("NullAway.Init")
	private CommandSpec spec;

	boolean isJson() {
		return this.json;
	}

	private PrintWriter writer() {
		return this.spec.commandLine().getOut();
	}

	/** Prints a value as one line of JSON. */
	void json(Object value) {
		raw(MAPPER.writeValueAsString(value));
	}

	/** Prints a line. */
	void line(String text) {
		raw(Names.oneLine(text));
	}

	private void raw(String line) {
		writer().println(line);
		IOException failure = (writer() instanceof Printer printer) ? printer.failure() : null;
		if (failure != null) {
			throw Printer.isReaderGone(failure) ? new ReaderGoneException()
					: new QueueException(notWritten(failure), failure);
		}
	}

	static String notWritten(IOException failure) {
		return "The output cannot be written: " + failure.getMessage();
	}

	/** Prints something of several lines, each safe. */
	void lines(String indent, String text) {
		text.lines().forEach((line) -> line(indent + line.replace("\t", "    ")));
	}

	/** Prints rows below their headings, each column as wide as its widest value. */
	void table(List<String> headings, List<List<String>> rows) {
		List<List<String>> all = new ArrayList<>();
		all.add(headings);
		rows.forEach((row) -> all.add(row.stream().map(Names::oneLine).toList()));
		int[] widths = new int[headings.size()];
		all.forEach((row) -> {
			for (int i = 0; i < widths.length; i++) {
				widths[i] = Math.max(widths[i], row.get(i).length());
			}
		});
		for (List<String> row : all) {
			StringBuilder line = new StringBuilder();
			for (int i = 0; i < widths.length; i++) {
				line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
			}
			raw(line.toString().stripTrailing());
		}
	}

}
