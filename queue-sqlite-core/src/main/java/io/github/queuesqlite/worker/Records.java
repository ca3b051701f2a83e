package io.github.queuesqlite.worker;

import java.lang.reflect.Type;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/** What the handler of one run says and does step by step; nothing for most. */
final class Records {

	private final Claim run;

	private @Nullable Steps steps;

	private @Nullable Reports reports;

	Records(Claim run) {
		this.run = run;
	}

	@Nullable Object step(String name, Type type, Supplier<?> work) {
		return steps().step(name, type, work);
	}

	private synchronized Steps steps() {
		Steps steps = this.steps;
		if (steps == null) {
			steps = new Steps(this.run);
			this.steps = steps;
		}
		return steps;
	}

	synchronized Reports reports() {
		Reports reports = this.reports;
		if (reports == null) {
			reports = new Reports(this.run, this.run.engine().interrupts());
			this.reports = reports;
		}
		return reports;
	}

	/** Hands what was said last to the store. */
	void flush() {
		Reports reports;
		synchronized (this) {
			reports = this.reports;
		}
		if (reports != null) {
			reports.flush();
		}
	}

}
