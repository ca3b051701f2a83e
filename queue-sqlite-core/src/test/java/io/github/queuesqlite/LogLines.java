package io.github.queuesqlite;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/** What a class logs from some level on, until closed. */
public final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {

	private final Logger logger;

	private final Level level;

	private final List<String> lines = new CopyOnWriteArrayList<>();

	private LogLines(String name, Level from) {
		this.logger = (Logger) LoggerFactory.getLogger(name);
		this.level = this.logger.getLevel();
		this.logger.setLevel(from);
		this.logger.setAdditive(false);
		this.logger.addAppender(this);
		start();
	}

	public static LogLines of(Class<?> type) {
		return of(type.getName());
	}

	public static LogLines of(String name) {
		return new LogLines(name, Level.WARN);
	}

	public static LogLines fromInfo(Class<?> type) {
		return new LogLines(type.getName(), Level.INFO);
	}

	/** Returns the level and the text of each line, without stack traces. */
	public List<String> lines() {
		return List.copyOf(this.lines);
	}

	@Override
	protected void append(ILoggingEvent event) {
		this.lines.add(event.getLevel() + " " + event.getFormattedMessage());
	}

	@Override
	public void close() {
		this.logger.detachAppender(this);
		this.logger.setLevel(this.level);
		this.logger.setAdditive(true);
		stop();
	}

}
