package io.github.queuesqlite.benchmark;

import java.lang.management.ManagementFactory;

import com.sun.management.OperatingSystemMXBean;

/** Processor time of this process: what other processes do changes it little. */
final class Cpu {

	private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory
		.getOperatingSystemMXBean();

	private Cpu() {
	}

	/** Nanoseconds since the process began, all threads together. */
	static long nanos() {
		return SYSTEM.getProcessCpuTime();
	}

	/** Microseconds for each message since an earlier time. */
	static double microsPerMessage(long since, int messages) {
		return (nanos() - since) / 1000.0 / messages;
	}

}
