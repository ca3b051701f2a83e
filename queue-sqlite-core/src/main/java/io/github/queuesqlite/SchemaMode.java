package io.github.queuesqlite;

/**
 * What a start does to files that another version has written. Files of a newer version
 * are refused in each mode.
 *
 * @since 0.1.0
 */
public enum SchemaMode {

	/**
	 * Creates what is missing, and brings older files to the schema of this version. An
	 * older version cannot use them any more.
	 */
	MIGRATE,

	/**
	 * Creates what is missing, refuses to start with older files, and leaves them as they
	 * are.
	 */
	VALIDATE,

	/**
	 * As {@link #VALIDATE}, and the directory must be there with the files of a queue.
	 */
	NONE

}
