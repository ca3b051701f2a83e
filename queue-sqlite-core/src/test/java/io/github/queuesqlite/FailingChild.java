package io.github.queuesqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;

import io.github.queuesqlite.message.FailedMessage;
import io.github.queuesqlite.message.GroupResult;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.task.PermanentTaskException;

/**
 * A process whose links and members fail for good where their payload says so, and that
 * is told of it. Several write into one log: a line each for what was begun, for each
 * failure that was told and each group that was gathered. With an argument it hangs when
 * it is told; it is to be killed then.
 */
public final class FailingChild {

	static final String LINK = "failing.link";

	static final String MEMBER = "failing.member";

	static final String TOLD = "failing.told";

	static final String GATHERED = "failing.gathered";

	private FailingChild() {
	}

	public static void main(String[] args) throws IOException {
		FileChannel log = FileChannel.open(Path.of(args[1]), StandardOpenOption.APPEND);
		boolean hangs = args.length > 2;
		EmbeddedQueue queue = OrderedChild.open(args);
		queue.tasks().register(LINK, String.class, (payload, context) -> work(log, payload));
		queue.tasks().register(MEMBER, String.class, (payload, context) -> work(log, payload));
		queue.tasks().register(TOLD, FailedMessage.class, (failed, context) -> {
			OrderedChild.say(log, "told", failed.id() + ":" + failed.state());
			if (hangs) {
				new CountDownLatch(1).await();
			}
			return null;
		});
		queue.tasks().register(GATHERED, GroupResult.class, (result, context) -> {
			OrderedChild.say(log, "gathered", context.headers().get("group"));
			return result.count(MessageState.COMPLETED) + " of " + result.members().size();
		});
		queue.start();
	}

	private static String work(FileChannel log, String payload) throws IOException {
		OrderedChild.say(log, "start", payload);
		if (payload.startsWith("bad")) {
			throw new PermanentTaskException("as it was told");
		}
		return payload;
	}

}
