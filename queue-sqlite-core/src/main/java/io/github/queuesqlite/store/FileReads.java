package io.github.queuesqlite.store;

import java.nio.file.Path;

import io.github.queuesqlite.message.FileCheck;

/** Reads one file as a whole, beside its writer. */
public interface FileReads {

	/** Returns the name of the file. */
	String name();

	/** Returns how many bytes it takes with its write-ahead log. */
	long size();

	/** Does what {@link StoreFile#check()} says. */
	FileCheck check();

	/** Does what {@link StoreFile#copy} says. */
	StoreFile.Copy copy(Path directory);

}
