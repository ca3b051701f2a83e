package io.github.queuesqlite.benchmark.peer;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/** Counts what is logged as a warning or an error, and prints none of it. */
final class FailureAppender extends AppenderBase<ILoggingEvent> {

	private final Failures failures;

	private FailureAppender(Failures failures) {
		this.failures = failures;
	}

	/** Takes the place of all other appenders of this JVM. */
	static void install(Failures failures) {
		install((LoggerContext) LoggerFactory.getILoggerFactory(), failures);
	}

	static void install(LoggerContext context, Failures failures) {
		FailureAppender appender = new FailureAppender(failures);
		appender.setContext(context);
		appender.start();
		Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
		root.detachAndStopAllAppenders();
		root.setLevel(Level.WARN);
		root.addAppender(appender);
	}

	@Override
	protected void append(ILoggingEvent event) {
		String logger = event.getLoggerName();
		this.failures.add("logged by " + logger.substring(logger.lastIndexOf('.') + 1), kind(event));
	}

	private static String kind(ILoggingEvent event) {
		StringBuilder messages = new StringBuilder();
		String root = event.getMessage();
		for (IThrowableProxy cause = event.getThrowableProxy(); cause != null; cause = cause.getCause()) {
			messages.append(cause.getMessage()).append('\n');
			root = cause.getClassName();
		}
		return Failures.code(messages.toString(), root);
	}

}
