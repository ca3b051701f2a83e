package io.github.queuesqlite.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/** Prints, and knows why it could not: a {@link PrintWriter} keeps that to itself. */
final class Printer extends PrintWriter {

	private final Watched stream;

	Printer(OutputStream stream, Charset charset) {
		this(new Watched(stream), charset);
	}

	private Printer(Watched stream, Charset charset) {
		super(stream, false, charset);
		this.stream = stream;
	}

	/**
	 * Sends out what was printed.
	 * @return why that did not work, now or before; null when it did
	 */
	@Nullable IOException failure() {
		flush();
		return this.stream.failure;
	}

	/**
	 * Whether nobody reads any more, as when what is printed goes to {@code head}.
	 * Systems say it in their own languages, and in most of them with this word.
	 */
	static boolean isReaderGone(IOException failure) {
		return String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT).contains("pipe");
	}

	/** Remembers the first failure. */
	private static final class Watched extends FilterOutputStream {

		private @Nullable IOException failure;

		Watched(OutputStream stream) {
			super(stream);
		}

		@Override
		public void write(byte[] bytes, int from, int length) throws IOException {
			try {
				this.out.write(bytes, from, length);
			}
			catch (IOException ex) {
				this.failure = (this.failure != null) ? this.failure : ex;
				throw ex;
			}
		}

	}

}
