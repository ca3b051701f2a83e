package io.github.queuesqlite.reliability.sabotage;

import java.util.Arrays;

import io.github.queuesqlite.reliability.CoreSources;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

/** The list of bugs fits the core and its tests as they are. */
class PlantedBugsTests {

	@Test
	void bugWhenPlantedChangesOnePlaceOfTheCore() throws Exception {
		try (CoreSources sources = CoreSources.open()) {
			assertThat(PlantedBugs.all()).isNotEmpty().allSatisfy((bug) -> {
				assertThatCode(() -> sources.fileOf(bug.change())).doesNotThrowAnyException();
				assertThat(bug.change().replacement()).isNotEqualTo(bug.change().text());
			});
		}
	}

	@Test
	void bugWhenNamedIsTheOnlyOneOfItsName() {
		assertThat(PlantedBugs.all()).extracting(PlantedBug::name).doesNotHaveDuplicates();
	}

	@Test
	void bugWhenExpectedToBeNoticedNamesATestThatExists() {
		assertThat(PlantedBugs.all()).allSatisfy((bug) -> assertThat(exists(bug.test())).as(bug.name()).isTrue());
	}

	private static boolean exists(TestName test) throws ClassNotFoundException {
		if (test.isLayer()) {
			return Class.forName(test.type()).getSimpleName().endsWith("Layer");
		}
		Class<?> type = Class.forName(test.nested().isEmpty() ? test.type() : TestRun.nestedIn(test));
		for (Class<?> declaring = type; declaring != null; declaring = declaring.getSuperclass()) {
			if (Arrays.stream(declaring.getDeclaredMethods()).anyMatch((it) -> it.getName().equals(test.method()))) {
				return true;
			}
		}
		return false;
	}

}
