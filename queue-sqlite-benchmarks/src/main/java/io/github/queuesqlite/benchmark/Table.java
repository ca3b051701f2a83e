package io.github.queuesqlite.benchmark;

import java.util.ArrayList;
import java.util.List;

/**
 * Figures side by side.
 *
 * @param section the section it belongs to
 * @param title what it shows
 * @param columns their heads with units; the first is of the rows' names
 * @param rows each as long as the columns, texts and numbers
 */
record Table(String section, String title, List<String> columns, List<List<Object>> rows) {

	static Table of(String section, String title, String... columns) {
		return new Table(section, title, List.of(columns), new ArrayList<>());
	}

	/** Adds a row: numbers that are not finite were not measured. */
	Table row(Object... cells) {
		if (cells.length != this.columns.size()) {
			throw new IllegalArgumentException(
					"'cells' must be " + this.columns.size() + " for " + this.columns + ", were " + cells.length);
		}
		this.rows.add(List.of(cells));
		return this;
	}

	String markdown() {
		StringBuilder text = new StringBuilder();
		if (!this.title.isEmpty()) {
			text.append(this.title).append(":\n\n");
		}
		line(text, this.columns);
		text.append("|---".repeat(this.columns.size())).append("|\n");
		this.rows.forEach((row) -> line(text, row.stream().map(Table::cell).toList()));
		return text.toString();
	}

	private static void line(StringBuilder text, List<String> cells) {
		text.append("| ").append(String.join(" | ", cells)).append(" |\n");
	}

	private static String cell(Object value) {
		if (value instanceof Double number) {
			return Double.isFinite(number) ? Figure.number(number) : "–";
		}
		return value.toString();
	}

}
