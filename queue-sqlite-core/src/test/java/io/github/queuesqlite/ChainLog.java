package io.github.queuesqlite;

import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reads what {@link ChainedChild}ren and their parent wrote, line by line, and refuses
 * what is against the chains: a link that starts before the one in front of it has ended,
 * or after the one behind it has started; two runs of a link at a time; the handler of a
 * failure that nobody had; a callback {@code g7-5} before five members {@code m7-…} have
 * ended. Only a killed process may have left a run without end, or an end that was not
 * stored.
 */
final class ChainLog extends RunLog {

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
		super.read(word, name, number, process, entry);
	}

}
