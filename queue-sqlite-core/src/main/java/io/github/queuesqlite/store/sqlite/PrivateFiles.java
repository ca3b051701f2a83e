package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Creates directories and files that nobody but their owner may read or write, where the
 * file system knows owners (POSIX). What is created in a directory that its group may
 * write, which is then somebody's decision, is the group's too.
 */
final class PrivateFiles {

	private PrivateFiles() {
	}

	/** Creates a directory of the owner; no effect when it is there. */
	static void createDirectory(Path directory) throws IOException {
		createDirectory(directory, false);
	}

	/** Creates a directory of who may write its parent; no effect when it is there. */
	static void createSubdirectory(Path directory) throws IOException {
		createDirectory(directory, isPosix(directory) && isOfGroup(directory));
	}

	private static void createDirectory(Path directory, boolean group) throws IOException {
		if (Files.isDirectory(directory)) {
			return;
		}
		Set<PosixFilePermission> permissions = PosixFilePermissions.fromString(group ? "rwxrwx---" : "rwx------");
		try {
			if (isPosix(directory)) {
				Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(permissions));
			}
			else {
				Files.createDirectory(directory);
			}
		}
		catch (FileAlreadyExistsException ex) {
			if (!Files.isDirectory(directory)) {
				throw ex;
			}
		}
		undoUmask(directory, group, permissions);
	}

	/**
	 * Creates an empty file; one that is there is not opened: it may be a live database.
	 */
	static void create(Path file) throws IOException {
		if (Files.notExists(file)) {
			try {
				open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)).close();
			}
			catch (FileAlreadyExistsException ex) {
				// Another process was first: it is there.
			}
		}
	}

	/** Opens a file, which one of the options may create. */
	static FileChannel open(Path file, Set<? extends OpenOption> options) throws IOException {
		if (Files.exists(file) || !isPosix(file)) {
			return FileChannel.open(file, options);
		}
		boolean group = isOfGroup(file);
		Set<PosixFilePermission> permissions = PosixFilePermissions.fromString(group ? "rw-rw----" : "rw-------");
		FileChannel channel = FileChannel.open(file, options, PosixFilePermissions.asFileAttribute(permissions));
		undoUmask(file, group, permissions);
		return channel;
	}

	/** The umask takes rights of the group away, never those of the owner. */
	private static void undoUmask(Path path, boolean group, Set<PosixFilePermission> permissions) throws IOException {
		if (group) {
			Files.setPosixFilePermissions(path, permissions);
		}
	}

	private static boolean isOfGroup(Path path) throws IOException {
		Path directory = path.toAbsolutePath().getParent();
		return directory != null && Files.getPosixFilePermissions(directory).contains(PosixFilePermission.GROUP_WRITE);
	}

	private static boolean isPosix(Path path) {
		return path.getFileSystem().supportedFileAttributeViews().contains("posix");
	}

}
