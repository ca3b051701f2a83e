package io.github.queuesqlite.listen;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * A process that changes and listens until it is killed. Prints {@code put key version}
 * once a change is stored and {@code seen key version} once one is delivered.
 */
final class ListenChild {

	private ListenChild() {
	}

	public static void main(String[] args) throws Exception {
		ListenFixture.Process process = new ListenFixture(Path.of(args[0])).process();
		process.listen(ListenFixture.listener("l", "key-*", (change) -> {
			if (change.version() % 7 == 0 && Math.random() < 0.5) {
				throw new IllegalStateException("one in fourteen");
			}
			print("seen", change.key(), change.version());
		})).start();
		for (int key = 0; key < 3; key++) {
			String name = "key-" + key;
			new Thread(() -> {
				for (int i = 0;; i++) {
					print("put", name, process.values.put(name, i));
				}
			}).start();
		}
		new CountDownLatch(1).await();
	}

	private static void print(String what, String key, long version) {
		System.out.println(what + " " + key + " " + version);
	}

}
