package io.github.queuesqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;

/** A process that cancels one tree after the other until it is killed. */
public final class TreeChild {

	static final String FIRST = "tree.first";

	private TreeChild() {
	}

	public static void main(String[] args) throws IOException {
		FileChannel log = FileChannel.open(Path.of(args[1]), StandardOpenOption.APPEND);
		EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0])).build();
		MessageQuery firsts = MessageQuery.all().task(FIRST).state(MessageState.READY).limit(1000);
		for (Message first : queue.operations().list(firsts)) {
			WorkChild.say(log, "cancels", first.id().toString());
			queue.operations().cancelTree(first.id());
			WorkChild.say(log, "cancelled", first.id().toString());
		}
	}

}
