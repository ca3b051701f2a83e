package io.github.queuesqlite.worker;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What messages of a task need before they may be claimed.
 *
 * @param limits of each a permit, until the handler has returned
 * @param rates of each a token, which its beginning uses up
 * @param all both; tokens last, since they are asked for only once nothing else lacks
 */
record Needs(List<Limit> limits, List<Rate> rates, List<Allowance> all) {

	static final Needs NONE = new Needs(List.of(), List.of());

	Needs(List<Limit> limits, List<Rate> rates) {
		this(List.copyOf(limits), List.copyOf(rates), both(limits, rates));
	}

	private static List<Allowance> both(List<Limit> limits, List<Rate> rates) {
		List<Allowance> both = new ArrayList<>(limits);
		both.addAll(rates);
		return List.copyOf(both);
	}

	/** These, and a token of a further rate, if there is one. */
	Needs and(@Nullable Rate rate) {
		if (rate == null) {
			return this;
		}
		List<Rate> rates = new ArrayList<>(this.rates);
		rates.add(rate);
		return new Needs(this.limits, rates);
	}

	boolean isNothing() {
		return this.all.isEmpty();
	}

	/** Returns whether nothing lacks. */
	boolean isFree(long epoch) {
		return isFree(this.all, epoch);
	}

	private static boolean isFree(List<? extends Allowance> allowances, long epoch) {
		for (Allowance allowance : allowances) {
			if (allowance.free(epoch) == 0) {
				return false;
			}
		}
		return true;
	}

	/** What is worth asking for: tokens would only be kept while a permit lacks. */
	private List<? extends Allowance> askable(long epoch) {
		return isFree(this.limits, epoch) ? this.rates : this.limits;
	}

	/** Returns whether the store may have what lacks. */
	boolean isWorthAsking(long epoch) {
		return askable(epoch).stream()
			.anyMatch((allowance) -> allowance.free(epoch) == 0 && allowance.isWorthAsking(epoch));
	}

	/**
	 * Somebody wants what lacks.
	 * @return false when that is known
	 */
	boolean want(long epoch) {
		boolean news = false;
		for (Allowance allowance : askable(epoch)) {
			news |= allowance.free(epoch) == 0 && allowance.isWorthAsking(epoch) && allowance.want(epoch);
		}
		return news;
	}

	/**
	 * Takes some of each.
	 * @return how many: as many as there are of what there is least
	 */
	int take(long epoch, int max) {
		int taken = max;
		for (int i = 0; i < this.all.size() && taken > 0; i++) {
			int some = this.all.get(i).take(epoch, taken);
			giveBack(this.all.subList(0, i), taken - some);
			taken = some;
		}
		return taken;
	}

	/**
	 * Gives some of each back.
	 * @return whether the thread of limits has to look
	 */
	static boolean giveBack(List<? extends Allowance> allowances, int n) {
		boolean look = false;
		for (Allowance allowance : allowances) {
			look |= n > 0 && allowance.giveBack(n);
		}
		return look;
	}

}
