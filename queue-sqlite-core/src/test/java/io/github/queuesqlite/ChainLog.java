package io.github.queuesqlite;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reads what {@link ChainedChild}ren and their parent wrote, line by line, and refuses
 * what is against the chains: a link that starts before the one in front of it has ended,
 * or after the one behind it has started; two runs of a link at a time; the handler of a
 * failure that nobody had; a callback {@code g7-5} before five members {@code m7-…} have
 * ended. Only a killed process may have left a run without end, or an end that was not
 * stored.
 */
final class ChainLog extends ProcessLog {

	private final Map<String, Chain> chains = new HashMap<>();

	private long ended;

	ChainLog(Path file) {
		super(file);
	}

	@Override
	void read(String word, String name, String number, String process, String entry) {
		assertThat(word).as(entry).isNotEqualTo("unwanted");
		if (word.equals("start") && name.startsWith("g")) {
			String[] group = name.substring(1).split("-");
			long members = this.chains.entrySet()
				.stream()
				.filter((chain) -> chain.getKey().startsWith("m" + group[0] + "-"))
				.filter((chain) -> chain.getValue().done)
				.count();
			assertThat(members).as(entry).isEqualTo(Long.parseLong(group[1]));
		}
		this.chains.computeIfAbsent(name, (key) -> new Chain()).read(word, Integer.parseInt(number), process, entry);
	}

	@Override
	long ended() {
		return this.ended;
	}

	private final class Chain {

		private int link = -1;

		private String runner = "";

		private boolean running;

		private boolean done = true;

		void read(String word, int number, String process, String entry) {
			if (word.equals("start")) {
				start(number, process, entry);
			}
			else if (number == this.link && process.equals(this.runner)) {
				this.running = false;
				if (word.equals("end") && !this.done) {
					this.done = true;
					ChainLog.this.ended++;
				}
			}
			else {
				assertThat(killed()).as(entry).contains(process);
			}
		}

		private void start(int number, String process, String entry) {
			boolean died = killed().contains(this.runner);
			assertThat(this.running && !died).as("%s while %s runs %s", entry, this.runner, this.link).isFalse();
			if (number == this.link) {
				assertThat(this.done && !died).as("%s, which had ended", entry).isFalse();
				ChainLog.this.ended -= this.done ? 1 : 0;
			}
			else {
				assertThat(number).as(entry).isEqualTo(this.link + 1);
				assertThat(this.done).as("%s before the end of %s", entry, this.link).isTrue();
			}
			this.done = false;
			this.link = number;
			this.runner = process;
			this.running = true;
		}

	}

}
