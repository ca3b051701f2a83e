package io.github.queuesqlite.payload;

import javax.crypto.SecretKey;

import io.github.queuesqlite.message.PayloadException;

/**
 * The keys of a seal.
 *
 * @param keys by id
 * @param done what it does to payloads, for errors: {@code signed}
 */
record SealKeys(PayloadKeys keys, String done) {

	/** Asked once for each payload: it may be another one at once. */
	String currentId() {
		return this.keys.currentId();
	}

	SecretKey toSeal(String id) {
		SecretKey key = this.keys.key(id);
		if (key == null) {
			throw new PayloadException("There is no key '" + id + "', which payloads are to be " + this.done + " with",
					null);
		}
		return key;
	}

	SecretKey toOpen(String id) {
		SecretKey key = this.keys.key(id);
		if (key == null) {
			throw new PayloadException("It is " + this.done + " with key '" + id
					+ "', which this process does not have: keys may be removed only when nothing is stored under them",
					null);
		}
		return key;
	}

}
