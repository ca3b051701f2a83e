package io.github.queuesqlite.reliability.sabotage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.github.queuesqlite.reliability.CoreSources;
import io.github.queuesqlite.reliability.Layer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The list of bugs fits the core and its tests as they are. */
class PlantedBugsTests {

	@Test
	void bugWhenPlantedChangesOnePlaceOfTheCore() throws Exception {
		List<String> misfits = new ArrayList<>();
		try (CoreSources sources = CoreSources.open()) {
			for (PlantedBug bug : PlantedBugs.all()) {
				try {
					sources.fileOf(bug.change());
				}
				catch (IllegalStateException ex) {
					misfits.add(ex.getMessage());
				}
			}
		}
		assertThat(PlantedBugs.all()).isNotEmpty();
		assertThat(misfits).isEmpty();
	}

	@Test
	void bugWhenNamedIsTheOnlyOneOfItsName() {
		assertThat(PlantedBugs.all()).extracting(PlantedBug::name).doesNotHaveDuplicates();
	}

	@Test
	void bugWhenExpectedToBeNoticedNamesATestThatExists() {
		assertThat(PlantedBugs.all().stream().map(PlantedBug::test).filter((test) -> !exists(test))).isEmpty();
	}

	private static boolean exists(TestName test) {
		Class<?> type = load(test.nested().isEmpty() ? test.type() : TestRun.nestedIn(test));
		if (test.isLayer()) {
			return Layer.class.isAssignableFrom(type);
		}
		for (Class<?> declaring = type; declaring != null; declaring = declaring.getSuperclass()) {
			if (Arrays.stream(declaring.getDeclaredMethods()).anyMatch((it) -> it.getName().equals(test.method()))) {
				return true;
			}
		}
		return false;
	}

	private static Class<?> load(String name) {
		try {
			return Class.forName(name);
		}
		catch (ClassNotFoundException ex) {
			throw new AssertionError(ex);
		}
	}

}
