package io.github.queuesqlite.reliability.diskfull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

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
		return "A small file system is filled to the brim and freed: enqueues are refused with a clear error, nothing"
				+ " accepted is lost, the service resumes by itself within 5 s";
	}

	@Override
	public void run(Effort effort, Outcome outcome) throws Exception {
		int rounds = effort.count(1, 20);
		for (int i = 0; i < rounds; i++) {
			Path disk = Files.createDirectory(effort.directory().toRealPath().resolve("disk-" + i));
			if (command("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", disk.toString()) != 0) {
				outcome.count("skipped: a small file system cannot be mounted", 1);
				return;
			}
			try {
				round(effort, disk, effort.random(i).nextLong(), outcome);
			}
			finally {
				int code = command("umount", "-l", disk.toString());
				if (code != 0) {
					throw new IOException("umount " + disk + " ended with " + code);
				}
			}
		}
	}

	private static void round(Effort effort, Path disk, long seed, Outcome outcome) throws Exception {
		try (ChildProcess child = ChildProcess.start(DiskFullMain.class, Map.of(), List.of(),
				List.of(disk.toString(), Long.toString(seed)))) {
			String line;
			while ((line = child.nextLine(SILENCE_SECONDS)) != null && !line.equals("end")) {
				read(line, effort, outcome);
			}
			if (line == null) {
				outcome.violation("The process on the full disk said nothing more (seed " + effort.seed() + ")");
			}
			else {
				child.waitFor(SILENCE_SECONDS);
			}
		}
		outcome.count("times full and freed", 1);
	}

	private static void read(String line, Effort effort, Outcome outcome) {
		String value = line.substring(line.indexOf(' ') + 1);
		if (line.startsWith("found ")) {
			outcome.violation(value + " (seed " + effort.seed() + ")");
		}
		else if (line.startsWith("refused ")) {
			outcome.count("refusals that say why", 1);
		}
		else if (line.startsWith("ended ")) {
			outcome.count("completions while full", Long.parseLong(value));
		}
		else if (line.startsWith("resumed ")) {
			long millis = Long.parseLong(value);
			outcome.sample("from free space to the first enqueues, ms", millis);
			// In each build the machine may be slow.
			if (effort.isLong() && millis > RESUME_MILLIS) {
				outcome.violation("resumed only after " + millis + " ms (seed " + effort.seed() + ")");
			}
		}
	}

	private static int command(String... command) throws InterruptedException {
		try {
			return new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start()
				.waitFor();
		}
		catch (IOException ex) {
			return -1; // no such program here
		}
	}

}
