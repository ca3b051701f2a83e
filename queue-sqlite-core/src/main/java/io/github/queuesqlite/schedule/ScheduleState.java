package io.github.queuesqlite.schedule;

/**
 * Whether a schedule fires.
 *
 * @since 0.1.0
 */
public enum ScheduleState {

	/** It fires when its time comes. */
	ACTIVE,

	/** Somebody has paused it. Slots that pass meanwhile are left out. */
	PAUSED,

	/**
	 * It was declared in code, and no process that runs declares it any more. Once one
	 * does again it goes on; what it missed is a {@link Misfire}.
	 */
	INACTIVE,

	/** Nothing more comes: it has fired as often as it should, or its end has come. */
	ENDED,

	/**
	 * This process cannot read what it says, for instance since a newer version has
	 * written it. It does not fire here; it can be paused, deleted, and replaced by an
	 * update.
	 */
	UNREADABLE

}
