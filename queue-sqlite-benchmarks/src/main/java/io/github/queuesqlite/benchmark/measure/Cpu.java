package io.github.queuesqlite.benchmark.measure;

import java.lang.management.ManagementFactory;

import com.sun.management.OperatingSystemMXBean;

/** Processor time of this process: what other processes do changes it little. */
public final class Cpu {

	private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory
		.getOperatingSystemMXBean();

	private Cpu() {
	}

	/**
	 * Returns the time of all threads together.
	 * @return nanoseconds since the process began
	 */
	public static long nanos() {
		return SYSTEM.getProcessCpuTime();
	}

	/**
	 * Returns what a message cost since an earlier time.
	 * @param since what {@link #nanos()} said then
	 * @param messages how many there were
	 * @return microseconds
	 */
	public static double microsPerMessage(long since, long messages) {
		return (nanos() - since) / 1000.0 / messages;
	}

}
