package io.github.queuesqlite.autoconfigure;

import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link QueueRuntimeHints}. */
class QueueRuntimeHintsTests {

	private static final String FOLDER = "io/github/queuesqlite/store/sqlite/migration/";

	@Test
	void registerWhenAskedCoversEveryMigration() throws Exception {
		RuntimeHints hints = new RuntimeHints();
		new QueueRuntimeHints().registerHints(hints, getClass().getClassLoader());
		Resource[] migrations = new PathMatchingResourcePatternResolver()
			.getResources("classpath*:" + FOLDER + "**/*.sql");
		assertThat(migrations).isNotEmpty()
			.allSatisfy((migration) -> assertThat(RuntimeHintsPredicates.resource().forResource(path(migration)))
				.accepts(hints));
	}

	private static String path(Resource migration) throws Exception {
		String address = migration.getURL().toString();
		return address.substring(address.indexOf(FOLDER));
	}

}
