package io.github.queuesqlite.actuate.endpoint;

import java.time.Duration;
import java.util.List;

import io.github.queuesqlite.message.FileCheck;
import io.github.queuesqlite.message.Verification;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What a check of all files has found.
 *
 * @param sound whether nothing is wrong
 * @param files the files
 * @since 0.1.0
 */
public record VerificationDescriptor(boolean sound, List<FileDescriptor> files) implements OperationResponseBody {

	static VerificationDescriptor of(Verification verification) {
		return new VerificationDescriptor(verification.isSound(),
				verification.files().stream().map(FileDescriptor::of).toList());
	}

	/**
	 * One file.
	 *
	 * @param file its name
	 * @param sound whether nothing is wrong
	 * @param findings what is wrong, or why it could not be checked
	 * @param duration how long the check took
	 * @param size bytes of the file
	 */
	public record FileDescriptor(String file, boolean sound, List<String> findings, Duration duration, long size) {

		static FileDescriptor of(FileCheck check) {
			return new FileDescriptor(check.file(), check.isSound(), check.findings(), check.duration(), check.size());
		}

	}

}
