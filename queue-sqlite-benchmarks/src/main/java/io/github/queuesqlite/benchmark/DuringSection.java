package io.github.queuesqlite.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.benchmark.shape.Companies;
import io.github.queuesqlite.benchmark.shape.Company;
import io.github.queuesqlite.benchmark.shape.Shape;
import io.github.queuesqlite.benchmark.shape.ShapeResult;
import io.github.queuesqlite.benchmark.shape.ShapeRun;

/** Half of what the queue can do, while something else goes on. */
final class DuringSection implements Section {

	static final String NAME = "during";

	@Override
	public void measure(Bench bench) throws Exception {
		double rate = run(bench, Shape.BASE, 1, Company.NONE).rate() / 2;
		List<ShapeResult> results = new ArrayList<>();
		for (Map.Entry<String, Company> company : Companies.all().entrySet()) {
			Shape shape = Shape.BASE.named(company.getKey()).at(rate);
			results.add(run(bench, shape, bench.rounds(), company.getValue()));
		}
		results.forEach((result) -> bench.report().add(NAME, result));
		bench.report().add(ShapeTables.rates(NAME, results));
	}

	private static ShapeResult run(Bench bench, Shape shape, int rounds, Company company) throws Exception {
		Path directory = bench.workspace().next("during");
		ShapeResult result = ShapeRun.measure(shape, directory, rounds, bench.window(2000, 500), 0, company);
		Workspace.delete(directory);
		return result;
	}

}
