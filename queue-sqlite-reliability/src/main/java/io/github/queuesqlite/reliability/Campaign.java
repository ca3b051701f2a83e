package io.github.queuesqlite.reliability;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Runs layers, appends what they did to the ledger and writes the report from it. Ends
 * with 1 when a promise was broken.
 */
public final class Campaign {

	private final CampaignSettings settings;

	private final PrintStream out;

	Campaign(CampaignSettings settings, PrintStream out) {
		this.settings = settings;
		this.out = out;
	}

	/**
	 * Runs a campaign.
	 * @param args options, several may stand in one argument
	 */
	@SuppressWarnings("SystemOut") // a command-line program
	public static void main(String[] args) throws Exception {
		List<Layer> layers = Layers.all();
		CampaignSettings settings;
		try {
			settings = CampaignSettings.parse(layers, args);
		}
		catch (IllegalArgumentException ex) {
			System.err.println(ex.getMessage());
			System.exit(2);
			return;
		}
		boolean held = new Campaign(settings, System.out).run(layers);
		System.exit(held ? 0 : 1);
	}

	boolean run(List<Layer> layers) throws Exception {
		Ledger ledger = new Ledger(this.settings.ledger());
		boolean held = true;
		if (!this.settings.isReportOnly()) {
			for (Layer layer : layers) {
				if (this.settings.includes(layer)) {
					held &= run(layer, ledger);
				}
			}
		}
		Files.writeString(this.settings.report(), new Report(layers, ledger.entries()).text());
		this.out.println("Report: " + this.settings.report().toAbsolutePath().normalize());
		return held;
	}

	private boolean run(Layer layer, Ledger ledger) throws Exception {
		this.out.printf("-- %s (seed %d)%n", layer.name(), this.settings.seed());
		Path directory = Files.createTempDirectory(Files.createDirectories(this.settings.directory()),
				"queue-" + layer.name() + "-");
		Effort effort = new Effort(this.settings.isLong(), this.settings.count(), this.settings.duration(),
				this.settings.seed(), directory);
		Outcome outcome = new Outcome();
		Instant start = Instant.now();
		try (Interruption interruption = new Interruption(() -> {
			if (!outcome.counts().isEmpty()) {
				ledger.append(entry(layer, start, effort, outcome));
			}
		})) {
			layer.run(effort, outcome);
		}
		Ledger.Entry entry = entry(layer, start, effort, outcome);
		ledger.append(entry);
		entry.counts().forEach((name, n) -> this.out.printf("   %,d %s%n", n, name));
		outcome.violations().forEach((violation) -> this.out.println("   BROKEN: " + violation));
		if (outcome.violations().isEmpty()) {
			Directories.delete(directory);
			return true;
		}
		this.out.println("   Files are left in " + directory);
		return false;
	}

	private static Ledger.Entry entry(Layer layer, Instant start, Effort effort, Outcome outcome) {
		return Ledger.Entry.of(layer, start, Duration.between(start, Instant.now()), effort, outcome);
	}

}
