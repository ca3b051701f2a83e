package io.github.queuesqlite;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reads what {@link ChainedChild}ren and their parent wrote, line by line, and refuses
 * what is against the chains: a link that starts before the one in front of it has ended,
 * or after the one behind it has started; two runs of a link at a time; the handler of a
 * failure that nobody had; two runs at a time of chains {@code k3c7} with one ordering
 * key; a callback {@code g7-5} before five members {@code m7-…} have ended. Only a killed
 * process may have left a run without end, or an end that was not stored.
 */
final class ChainLog extends RunLog {

	/** Who runs a link with an ordering key. */
	private final Map<String, String> running = new HashMap<>();

	ChainLog(Path file) {
		super(file);
	}

	@Override
	void read(String word, String name, String number, String process, String entry) {
		assertThat(word).as(entry).isNotEqualTo("unwanted");
		if (word.equals("start") && name.startsWith("g")) {
			String[] group = name.substring(1).split("-");
			assertThat(done("m" + group[0] + "-")).as(entry).isEqualTo(Long.parseLong(group[1]));
		}
		if (name.startsWith("k")) {
			readOrdered(name.substring(0, name.indexOf('c')), word, process, entry);
		}
		super.read(word, name, number, process, entry);
	}

	private void readOrdered(String key, String word, String process, String entry) {
		String runner = this.running.get(key);
		if (word.equals("start")) {
			assertThat(runner == null || killed().contains(runner)).as("%s while %s runs another one", entry, runner)
				.isTrue();
			this.running.put(key, process);
		}
		else if (process.equals(runner)) {
			this.running.remove(key);
		}
	}

}
