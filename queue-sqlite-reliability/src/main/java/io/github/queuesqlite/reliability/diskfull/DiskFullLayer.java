package io.github.queuesqlite.reliability.diskfull;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import io.github.queuesqlite.reliability.ChildProcess;
import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Layer;
import io.github.queuesqlite.reliability.Outcome;

/** Fills a small file system while the queue works on it, and frees it again. */
public final class DiskFullLayer implements Layer {

	private static final long SILENCE_SECONDS = 300;

	private static final long RESUME_MILLIS = 5000;

	@Override
	public String name() {
		return "disk-full";
	}

	@Override
	public String description() {
		return "A small file system (tmpfs and ext4 in turn) is filled and freed: by the queue itself, by another"
				+ " program to the last byte at once, and by one that goes on taking each byte that becomes free."
				+ " Enqueues are refused with a clear error before SQLite fails, runs end while the disk is full,"
				+ " nothing accepted is lost, the service resumes by itself within 5 s";
	}

	@Override
	public void run(Effort effort, Outcome outcome) throws Exception {
		int rounds = effort.count(2, 20);
		Path parent = effort.directory().toRealPath();
		for (int i = 0; i < rounds; i++) {
			Filling filling = Filling.values()[i % Filling.values().length];
			// All combinations in six rounds.
			boolean ext4 = i % 2 == 1;
			Optional<SmallDisk> mounted = ext4 ? SmallDisk.ofExt4(parent, "disk-" + i) : Optional.empty();
			if (ext4 && mounted.isEmpty()) {
				outcome.count("rounds on tmpfs, as ext4 cannot be mounted", 1);
			}
			if (mounted.isEmpty()) {
				mounted = SmallDisk.ofMemory(parent, "memory-" + i);
			}
			if (mounted.isEmpty()) {
				outcome.count("skipped: a small file system cannot be mounted", 1);
				return;
			}
			try (SmallDisk disk = mounted.get()) {
				round(effort, disk.mount(), filling, effort.random(i).nextLong(), outcome);
			}
		}
	}

	private static void round(Effort effort, Path disk, Filling filling, long seed, Outcome outcome) throws Exception {
		String of = " (" + filling.name().toLowerCase(Locale.ROOT) + ", seed " + effort.seed() + ")";
		try (ChildProcess child = ChildProcess.start(DiskFullMain.class, Map.of(), List.of(),
				List.of(disk.toString(), filling.name(), Long.toString(seed)))) {
			String line;
			while ((line = child.nextLine(SILENCE_SECONDS)) != null && !line.equals("end")) {
				read(line, of, effort.isLong(), outcome);
			}
			if (line == null) {
				outcome.violation("The process on the full disk said nothing more" + of);
			}
			else {
				child.waitFor(SILENCE_SECONDS);
			}
		}
		outcome.count("times full and freed", 1);
	}

	private static void read(String line, String of, boolean strict, Outcome outcome) {
		String value = line.substring(line.indexOf(' ') + 1);
		if (line.startsWith("found ")) {
			outcome.violation(value + of);
		}
		else if (line.startsWith("refused ")) {
			outcome.count("refusals that say why", Long.parseLong(value));
		}
		else if (line.startsWith("failed ")) {
			outcome.count("enqueues in the moment of another's filling that SQLite failed", Long.parseLong(value));
		}
		else if (line.startsWith("ended ")) {
			outcome.count("runs that ended while the disk was full", Long.parseLong(value));
		}
		else if (line.startsWith("resumed ")) {
			long millis = Long.parseLong(value);
			outcome.sample("from free space to the first enqueues, ms", millis);
			// In each build the machine may be slow.
			if (strict && millis > RESUME_MILLIS) {
				outcome.violation("resumed only after " + millis + " ms" + of);
			}
		}
	}

}
