package io.github.queuesqlite.reliability;

import java.util.List;

/** All layers, in the order they run and are reported. */
final class Layers {

	private Layers() {
	}

	static List<Layer> all() {
		return List.of(new io.github.queuesqlite.reliability.hostile.HostileLayer());
	}

}
