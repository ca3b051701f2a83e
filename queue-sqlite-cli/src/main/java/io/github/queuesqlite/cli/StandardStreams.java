package io.github.queuesqlite.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;

/** What a terminal or another program reads, in the characters that it takes. */
final class StandardStreams {

	private StandardStreams() {
	}

	static Printer out() {
		return new Printer(new FileOutputStream(FileDescriptor.out), charset("stdout"));
	}

	static PrintWriter err() {
		return new PrintWriter(System.err, true, charset("stderr"));
	}

	/** As Java itself chooses it: the first name is known since 19, the second before. */
	static Charset charset(String stream) {
		for (String property : List.of(stream + ".encoding", "sun." + stream + ".encoding")) {
			String name = System.getProperty(property, "");
			if (!name.isEmpty() && isSupported(name)) {
				return Charset.forName(name);
			}
		}
		return Charset.defaultCharset();
	}

	private static boolean isSupported(String name) {
		try {
			return Charset.isSupported(name);
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

}
