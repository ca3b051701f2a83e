package io.github.queuesqlite.reliability.workload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.reliability.ChildProcess;
import io.github.queuesqlite.reliability.history.Event;
import io.github.queuesqlite.reliability.history.HistoryLog;

/**
 * A process under mixed load, as its parent sees it. What is done to it is noted in the
 * parent's history before it is done.
 */
public final class WorkloadProcess implements AutoCloseable {

	/** However slow the machine is. */
	private static final long PATIENCE_SECONDS = 120;

	private final ChildProcess child;

	private final WorkloadSettings settings;

	private final HistoryLog parent;

	private WorkloadProcess(ChildProcess child, WorkloadSettings settings, HistoryLog parent) {
		this.child = child;
		this.settings = settings;
		this.parent = parent;
	}

	/**
	 * Starts a process.
	 * @param settings what it does
	 * @param parent the history of this process
	 * @param jvmArguments more arguments of its JVM
	 * @return the process, starting
	 */
	public static WorkloadProcess start(WorkloadSettings settings, HistoryLog parent, String... jvmArguments)
			throws IOException {
		return start(settings, parent, Map.of(), List.of(jvmArguments));
	}

	/**
	 * Starts a process.
	 * @param settings what it does
	 * @param parent the history of this process
	 * @param environment variables to add
	 * @param jvmArguments more arguments of its JVM
	 * @return the process, starting
	 */
	public static WorkloadProcess start(WorkloadSettings settings, HistoryLog parent, Map<String, String> environment,
			List<String> jvmArguments) throws IOException {
		// A killed process leaves the library that its driver unpacked.
		Path libraries = Files.createDirectories(Path.of(settings.history()).resolveSibling("libraries"));
		List<String> arguments = new ArrayList<>(jvmArguments);
		arguments.add("-Dorg.sqlite.tmpdir=" + libraries);
		ChildProcess child = ChildProcess.start(WorkloadMain.class, environment, arguments, List.of(settings.toJson()));
		return new WorkloadProcess(child, settings, parent);
	}

	/**
	 * Returns the name of its history.
	 * @return the name
	 */
	public String name() {
		return this.settings.process();
	}

	/**
	 * Returns the process itself.
	 * @return running or ended
	 */
	public ChildProcess child() {
		return this.child;
	}

	/**
	 * Waits until its main method runs.
	 * @return when that began, in nanoseconds of the monotonic clock
	 */
	public long awaitBegun() throws InterruptedException {
		String line = this.child.await(WorkloadMain.BEGAN, PATIENCE_SECONDS);
		return Long.parseLong(line.substring(WorkloadMain.BEGAN.length() + 1));
	}

	/** Waits until its queue is open and its workers run. */
	public void awaitOpened() throws InterruptedException {
		this.child.await(WorkloadMain.OPENED, PATIENCE_SECONDS);
	}

	/**
	 * Kills it.
	 * @return when, in nanoseconds of the monotonic clock
	 */
	public long kill() throws InterruptedException {
		long at = HistoryLog.now();
		this.parent.add(new Event.Killing(at, name()));
		this.child.kill();
		return at;
	}

	/**
	 * Stops it for a moment, notes what it owns, and kills it.
	 */
	public void killNoted() throws IOException, InterruptedException, SQLException {
		this.child.signal("STOP");
		Kernel.awaitStopped(this.child.pid(), TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS));
		this.parent.add(new Event.Owned(HistoryLog.now(), name(), owned()));
		kill();
	}

	/**
	 * Returns what it has claimed, as the files say.
	 * @return exact while it stands still
	 */
	public List<Event.Claim> owned() throws IOException, SQLException {
		return OwnedRuns.of(Path.of(this.settings.directory()), this.child.pid());
	}

	/** Stops it by SIGSTOP. */
	public void freeze() throws IOException, InterruptedException {
		this.parent.add(new Event.Freezing(HistoryLog.now(), name()));
		this.child.signal("STOP");
	}

	/** Lets it go on. */
	public void thaw() throws IOException, InterruptedException {
		this.child.signal("CONT");
		this.parent.add(new Event.Thawed(HistoryLog.now(), name()));
	}

	/** Asks it to close its queue and end. */
	public void terminate() {
		this.child.terminate();
	}

	/** Waits for its end after {@link #terminate()}. */
	public void awaitEnd() throws InterruptedException {
		this.child.waitFor(Duration.ofSeconds(PATIENCE_SECONDS).toSeconds());
	}

	/** Kills it if it still runs; for the end of a try that failed. */
	@Override
	public void close() {
		this.child.close();
	}

}
