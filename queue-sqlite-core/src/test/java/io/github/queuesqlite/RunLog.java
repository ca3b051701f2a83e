package io.github.queuesqlite;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reads what {@link OrderedChild}ren and their parent wrote, line by line, and refuses
 * what is against the order: two runs of a key at a time, a message before the one in
 * front of it has ended, a message that runs again after its end. Only a killed process
 * may have left a run without end, or an end that was not stored.
 */
class RunLog extends ProcessLog {

	private final Map<String, Line> lines = new HashMap<>();

	private long ended;

	RunLog(Path file) {
		super(file);
	}

	@Override
	void read(String word, String name, String number, String process, String entry) {
		this.lines.computeIfAbsent(name, (key) -> new Line()).read(word, Integer.parseInt(number), process, entry);
	}

	@Override
	final long ended() {
		return this.ended;
	}

	/** How many lines whose name begins so have nothing under way. */
	final long done(String prefix) {
		return this.lines.entrySet()
			.stream()
			.filter((line) -> line.getKey().startsWith(prefix))
			.filter((line) -> line.getValue().done)
			.count();
	}

	private final class Line {

		/** The latest message that was started, and who ran it last. */
		private int number = -1;

		private String runner = "";

		private boolean running;

		private boolean done = true;

		void read(String word, int number, String process, String entry) {
			if (word.equals("start")) {
				start(number, process, entry);
			}
			else if (number == this.number && process.equals(this.runner)) {
				this.running = false;
				if (word.equals("end") && !this.done) {
					this.done = true;
					RunLog.this.ended++;
				}
			}
			else {
				assertThat(killed()).as(entry).contains(process);
			}
		}

		private void start(int number, String process, String entry) {
			boolean died = killed().contains(this.runner);
			assertThat(this.running && !died).as("%s while %s runs %s", entry, this.runner, this.number).isFalse();
			if (number == this.number) {
				assertThat(this.done && !died).as("%s, which had ended", entry).isFalse();
				RunLog.this.ended -= this.done ? 1 : 0;
			}
			else {
				assertThat(number).as(entry).isEqualTo(this.number + 1);
				assertThat(this.done).as("%s before the end of %s", entry, this.number).isTrue();
			}
			this.done = false;
			this.number = number;
			this.runner = process;
			this.running = true;
		}

	}

}
