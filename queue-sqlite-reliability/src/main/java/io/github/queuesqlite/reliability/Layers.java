package io.github.queuesqlite.reliability;

import java.util.List;

import io.github.queuesqlite.reliability.corruption.CorruptionLayer;
import io.github.queuesqlite.reliability.diskfull.DiskFullLayer;
import io.github.queuesqlite.reliability.foreign.ForeignHandsLayer;
import io.github.queuesqlite.reliability.freeze.FreezeLayer;
import io.github.queuesqlite.reliability.hostile.HostileLayer;
import io.github.queuesqlite.reliability.ioerrors.IoErrorLayer;
import io.github.queuesqlite.reliability.kill.KillLayer;
import io.github.queuesqlite.reliability.model.ModelLayer;
import io.github.queuesqlite.reliability.points.CrashPointsLayer;
import io.github.queuesqlite.reliability.power.PowerLossLayer;
import io.github.queuesqlite.reliability.processes.ProcessesLayer;
import io.github.queuesqlite.reliability.sabotage.SabotageLayer;
import io.github.queuesqlite.reliability.shards.ShardsLayer;
import io.github.queuesqlite.reliability.soak.SoakLayer;

/** All layers, in the order they run and are reported. */
final class Layers {

	private Layers() {
	}

	static List<Layer> all() {
		return List.of(new KillLayer(), new CrashPointsLayer(), new PowerLossLayer(), new IoErrorLayer(),
				new DiskFullLayer(), new ProcessesLayer(), new FreezeLayer(), new ForeignHandsLayer(),
				new CorruptionLayer(), new ShardsLayer(), new HostileLayer(), new SoakLayer(), new ModelLayer(),
				new SabotageLayer());
	}

}
