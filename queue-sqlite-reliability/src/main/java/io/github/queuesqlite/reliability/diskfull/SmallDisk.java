package io.github.queuesqlite.reliability.diskfull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A small file system of its own, until closed. */
final class SmallDisk implements AutoCloseable {

	private final Path mount;

	private SmallDisk(Path mount) {
		this.mount = mount;
	}

	/**
	 * Mounts memory.
	 * @param parent where the mount point is made
	 * @param name of the mount point
	 * @return empty where this process may not mount
	 */
	static Optional<SmallDisk> ofMemory(Path parent, String name) throws IOException, InterruptedException {
		Path mount = Files.createDirectory(parent.resolve(name));
		return mounted(mount, command("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", mount.toString()));
	}

	/**
	 * Mounts a file with the file system that most disks have.
	 * @param parent where the file and the mount point are made
	 * @param name of the mount point
	 * @return empty where this process may not mount, or nothing makes the file system
	 */
	static Optional<SmallDisk> ofExt4(Path parent, String name) throws IOException, InterruptedException {
		Path mount = Files.createDirectory(parent.resolve(name));
		Path image = parent.resolve(name + ".img");
		if (command("truncate", "-s", "64M", image.toString()) != 0
				|| command("mkfs.ext4", "-q", "-F", "-m", "0", image.toString()) != 0) {
			return Optional.empty();
		}
		return mounted(mount, command("mount", "-o", "loop", image.toString(), mount.toString()));
	}

	private static Optional<SmallDisk> mounted(Path mount, int code) {
		return (code == 0) ? Optional.of(new SmallDisk(mount)) : Optional.empty();
	}

	Path mount() {
		return this.mount;
	}

	@Override
	public void close() throws IOException, InterruptedException {
		int code = command("umount", "-l", this.mount.toString());
		if (code != 0) {
			throw new IOException("umount " + this.mount + " ended with " + code);
		}
	}

	private static int command(String... command) throws InterruptedException {
		try {
			return new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start()
				.waitFor();
		}
		catch (IOException ex) {
			return -1; // no such program here
		}
	}

}
