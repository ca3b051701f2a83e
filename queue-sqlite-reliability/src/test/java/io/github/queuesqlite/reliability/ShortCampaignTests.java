package io.github.queuesqlite.reliability;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each layer, as often as every build can bear, from the same seed each time unless
 * {@code -Dcampaign.seed} gives another: new ones are for the long campaign.
 */
class ShortCampaignTests {

	private static final long SEED = Long.getLong("campaign.seed", 1);

	@TempDir
	Path directory;

	static List<Named> layers() {
		return Layers.all().stream().map(Named::new).toList();
	}

	@ParameterizedTest
	@MethodSource("layers")
	void layerWhenRunShortFindsNothing(Named named) throws Exception {
		Effort effort = new Effort(false, null, null, SEED, this.directory);
		Outcome outcome = new Outcome();
		named.layer().run(effort, outcome);
		assertThat(outcome.violations()).as("%s with seed %d", named, effort.seed()).isEmpty();
		assertThat(outcome.counts()).isNotEmpty();
	}

	/** A layer that is shown by its name. */
	record Named(Layer layer) {

		@Override
		public String toString() {
			return this.layer.name();
		}

	}

}
