package io.github.queuesqlite.worker;

import java.lang.reflect.Type;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.payload.Payloads;
import io.github.queuesqlite.store.StoredStep;
import io.github.queuesqlite.task.StepChangedException;
import org.jspecify.annotations.Nullable;

/**
 * The steps of one run: what earlier attempts have stored is given back in its order,
 * what follows is done and stored.
 * <p>
 * <b>Threads:</b> one step at a time.
 */
final class Steps {

	private static final int MOST = 1000;

	private final Claim run;

	private final Set<String> names = new HashSet<>();

	/** What earlier attempts have stored; null before the first step. */
	private @Nullable List<StoredStep> stored;

	private int position;

	private boolean inside;

	Steps(Claim run) {
		this.run = run;
	}

	synchronized @Nullable Object step(String name, Type type, Supplier<?> work) {
		Names.checkKey("name", name);
		Objects.requireNonNull(work, "'work' must not be null");
		if (this.inside) {
			throw new IllegalStateException("Step '" + Names.oneLine(name) + "' is inside of another one");
		}
		if (!this.names.add(name)) {
			throw new IllegalArgumentException("Step '" + Names.oneLine(name)
					+ "' was done in this run already: each needs a name of its own, such as 'charge-2'");
		}
		if (this.position == MOST) {
			throw new IllegalStateException("A message may have at most " + MOST + " steps");
		}
		this.run.refuseLost();
		StoredStep known = (this.position < stored().size()) ? stored().get(this.position) : null;
		Object value = (known != null) ? known(known, name, type) : done(name, work);
		this.position++;
		return value;
	}

	private List<StoredStep> stored() {
		List<StoredStep> stored = this.stored;
		if (stored == null) {
			boolean first = this.run.key().run() == 1;
			stored = first ? List.of() : this.run.engine().environment.store().steps(this.run.key().id());
			this.stored = stored;
		}
		return stored;
	}

	private @Nullable Object known(StoredStep step, String name, Type type) {
		if (!step.name().equals(name)) {
			throw new StepChangedException("Step " + (this.position + 1) + " of message " + this.run.id() + " was '"
					+ Names.oneLine(step.name()) + "' when it was stored, and is '" + Names.oneLine(name)
					+ "' now: the handler of task '" + this.run.row().task()
					+ "' was changed while the message waited. Give changed handlers a new task name, or let the old"
					+ " messages end first");
		}
		if (step.damaged()) {
			throw new PayloadException("Step '" + Names.oneLine(name) + "' of message " + this.run.id()
					+ " is damaged: it is not what was stored", this.run.id(), null);
		}
		return this.run.engine().environment.payloads().decode(step.codec(), step.value(), type);
	}

	private @Nullable Object done(String name, Supplier<?> work) {
		Object value;
		this.inside = true;
		try {
			value = work.get();
		}
		finally {
			this.inside = false;
		}
		Payloads.Encoded encoded = this.run.engine().environment.payloads()
			.encode("value of step '" + name + "'", value);
		StoredStep step = new StoredStep(this.position, name, encoded.codec(), encoded.bytes(), false);
		if (!this.run.engine().environment.store().addStep(this.run.key(), step)) {
			this.run.lose();
			throw this.run.lostException();
		}
		return value;
	}

}
