package io.github.queuesqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A process that works off messages under a {@link RuleMix}: a line for each end. */
public final class RuleMixChild {

	private RuleMixChild() {
	}

	public static void main(String[] args) throws IOException {
		FileChannel log = FileChannel.open(Path.of(args[1]), StandardOpenOption.APPEND);
		RuleMix mix = new RuleMix(Long.parseLong(args[2]));
		EmbeddedQueue.Builder builder = EmbeddedQueue.builder(Path.of(args[0]));
		mix.configure(builder);
		EmbeddedQueue queue = builder.build();
		mix.register(queue, (message) -> OrderedChild.say(log, "end", message.id().toString()));
		queue.start();
	}

}
