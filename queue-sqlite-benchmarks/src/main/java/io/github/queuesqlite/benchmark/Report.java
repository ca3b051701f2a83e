package io.github.queuesqlite.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/** Collects what was measured. */
final class Report {

	private final List<Figure> figures = new ArrayList<>();

	private final List<Figure> further = new ArrayList<>();

	private final List<Table> tables = new ArrayList<>();

	private final Map<String, List<Object>> results = new TreeMap<>();

	private final List<RawRates> rawRates = new ArrayList<>();

	private final List<PartsSection.Part> parts = new ArrayList<>();

	private double fsyncP50;

	private double fsyncP99;

	private double ceiling;

	void fsync(double p50, double p99) {
		this.fsyncP50 = p50;
		this.fsyncP99 = p99;
	}

	void add(RawRates rates) {
		this.rawRates.add(rates);
	}

	void add(Figure figure) {
		this.figures.add(figure);
	}

	/** Adds a figure whose goal is beyond the first ones. */
	void addFurther(Figure figure) {
		this.further.add(figure);
	}

	void add(Table table) {
		this.tables.add(table);
	}

	void add(PartsSection.Part part) {
		this.parts.add(part);
	}

	/** Sets the raw limit of whole lives that was measured between the queue's own. */
	void ceiling(double ceiling) {
		this.ceiling = ceiling;
	}

	List<Figure> figures() {
		return this.figures;
	}

	List<Figure> further() {
		return this.further;
	}

	List<Table> tables() {
		return this.tables;
	}

	/** Adds what programs read of a section, in all its digits. */
	void add(String section, Object result) {
		this.results.computeIfAbsent(section, (name) -> new ArrayList<>()).add(result);
	}

	Map<String, List<Object>> results() {
		return this.results;
	}

	/** The figure of a section; empty when it was not measured. */
	Optional<Figure> figure(String section, String name) {
		return this.figures.stream()
			.filter((figure) -> figure.section().equals(section) && figure.name().equals(name))
			.findFirst();
	}

	List<RawRates> rawRates() {
		return this.rawRates;
	}

	List<PartsSection.Part> parts() {
		return this.parts;
	}

	/** Milliseconds. */
	double fsyncP50() {
		return this.fsyncP50;
	}

	/** Milliseconds. */
	double fsyncP99() {
		return this.fsyncP99;
	}

	/** Whole lives a second of one connection; 0 when it was not measured. */
	double ceiling() {
		return this.ceiling;
	}

	String besideFsync() {
		return "fsync p50 %.2f ms, p99 %.2f ms".formatted(this.fsyncP50, this.fsyncP99);
	}

	/** The raw insert at a size of transactions, in words. */
	String besideInsert(int rows) {
		RawRates found = raw(rows);
		return (found != null) ? "raw insert, %,d a transaction: %,.0f/s".formatted(rows, found.insert()) : "";
	}

	@Nullable RawRates raw(int rows) {
		return this.rawRates.stream().filter((rates) -> rates.rows() == rows).findFirst().orElse(null);
	}

}
