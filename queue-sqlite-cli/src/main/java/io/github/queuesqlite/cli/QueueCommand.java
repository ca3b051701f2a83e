package io.github.queuesqlite.cli;

import java.io.IOException;
import java.io.PrintWriter;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command and its start. */
@Command(name = "queue-sqlite", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false,
		sortSynopsis = false,
		description = { "Looks at the directory of a queue, and steers it, while applications use it or not.", "" },
		subcommands = { StatsCommand.class, ListCommand.class, ShowCommand.class, RetryCommand.class,
				CancelCommand.class, PurgeCommand.class, PauseCommand.class, ResumeCommand.class, VerifyCommand.class,
				BackupCommand.class, CompactCommand.class, SalvageCommand.class },
		footer = { "", "Examples:", "  queue-sqlite stats -d data/queue",
				"  queue-sqlite list -d data/queue --state DEAD --task report",
				"  queue-sqlite show -d data/queue 0AKN6QZ0G2000",
				"  queue-sqlite retry -d data/queue --state DEAD --task report",
				"  queue-sqlite backup -d data/queue /backup/monday",
				"  queue-sqlite stats -d data/queue --json | jq .states.DEAD", "",
				"stats, list, show, verify and backup only read: they take no part in the queue,",
				"claim nothing and change nothing. retry, cancel, purge, pause, resume and compact",
				"are a process of the queue while they run.", "" },
		exitCodeListHeading = "Exit codes:%n",
		exitCodeList = { "0:done", "1:something was found: damage, or a message that is not there or not in that state",
				"2:the command was not understood", "3:the files cannot be used, or the work was broken off" })
public final class QueueCommand implements Runnable {

	static final int FOUND = 1;

	static final int UNUSABLE = 3;

	@Spec
	@SuppressWarnings("NullAway.Init")
	private CommandSpec spec;

	QueueCommand() {
	}

	/** Without a command. */
	@Override
	public void run() {
		throw new ParameterException(this.spec.commandLine(), "A command is missing");
	}

	static CommandLine commandLine(PrintWriter out, PrintWriter err) {
		CommandLine line = new CommandLine(new QueueCommand());
		line.setOut(out).setErr(err);
		line.setCaseInsensitiveEnumValuesAllowed(true);
		line.setExecutionExceptionHandler(new Failures());
		line.setParameterExceptionHandler(new Misunderstandings());
		return line;
	}

	/**
	 * Runs a command and ends the process.
	 * @param arguments the command and its options
	 */
	public static void main(String[] arguments) {
		Printer out = StandardStreams.out();
		PrintWriter err = StandardStreams.err();
		int code = commandLine(out, err).execute(arguments);
		IOException failure = out.failure();
		if (code == 0 && failure != null && !Printer.isReaderGone(failure)) {
			// Help and version print by themselves.
			err.println("queue-sqlite: " + Output.notWritten(failure));
			code = UNUSABLE;
		}
		System.exit(code);
	}

}
