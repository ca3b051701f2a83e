package io.github.queuesqlite;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The arrows between packages point down only.
 */
class ArchitectureTests {

	private static final String ROOT = "io.github.queuesqlite";

	private static final JavaClasses CLASSES = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages(ROOT);

	@Test
	void packagesWhenLayeredDependDownwardsOnly() {
		Architectures.layeredArchitecture()
			.consideringOnlyDependenciesInLayers()
			.layer("root")
			.definedBy(ROOT)
			.layer("worker")
			.definedBy(ROOT + ".worker")
			.layer("maintenance")
			.definedBy(ROOT + ".maintenance")
			.layer("sqlite")
			.definedBy(ROOT + ".store.sqlite")
			.layer("store")
			.definedBy(ROOT + ".store")
			.layer("helpers")
			.definedBy(ROOT + ".listen", ROOT + ".payload", ROOT + ".event", ROOT + ".flight")
			.layer("schedule")
			.definedBy(ROOT + ".schedule")
			.layer("task")
			.definedBy(ROOT + ".task")
			.layer("message")
			.definedBy(ROOT + ".message")
			.layer("annotation")
			.definedBy(ROOT + ".annotation")
			.whereLayer("root")
			.mayNotBeAccessedByAnyLayer()
			.whereLayer("worker")
			.mayOnlyBeAccessedByLayers("root")
			.whereLayer("maintenance")
			.mayOnlyBeAccessedByLayers("root", "worker")
			.whereLayer("sqlite")
			.mayOnlyBeAccessedByLayers("root")
			.whereLayer("store")
			.mayOnlyBeAccessedByLayers("root", "worker", "maintenance", "sqlite")
			.whereLayer("helpers")
			.mayOnlyBeAccessedByLayers("root", "worker", "maintenance", "sqlite", "store")
			.whereLayer("schedule")
			.mayOnlyAccessLayers("message")
			.check(CLASSES);
	}

	@Test
	void packagesWhenSlicedHaveNoCycles() {
		SlicesRuleDefinition.slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
	}

	@Test
	void storeWhenAboveSqlKnowsNoDriver() {
		noClasses().that()
			.resideOutsideOfPackage(ROOT + ".store.sqlite")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.sqlite..", "org.flywaydb..", "org.springframework.jdbc..")
			.check(CLASSES);
	}

	@Test
	void coreWhenUsedWithoutBootDependsOnNothingOfIt() {
		noClasses().should().dependOnClassesThat().resideInAPackage("org.springframework.boot..").check(CLASSES);
	}

	@Test
	void publicTypesWhenNamedAreNotNamedTwice() {
		List<String> twice = new ArrayList<>();
		CLASSES.stream()
			.filter((type) -> type.getModifiers().contains(JavaModifier.PUBLIC) && type.isTopLevelClass())
			.collect(Collectors.groupingBy(JavaClass::getSimpleName))
			.forEach((name, types) -> {
				if (types.size() > 1 && !name.equals("package-info")) {
					twice.add(name);
				}
			});
		assertThat(twice).isEmpty();
	}

	@Test
	void publicTypesWhenNamedAreNoneCalledQueue() {
		classes().should().notHaveSimpleName("Queue").check(CLASSES);
	}

	@Test
	void packagesWhenWrittenAreNullMarked() {
		Set<String> marked = CLASSES.stream()
			.filter((type) -> type.getSimpleName().equals("package-info"))
			.filter((type) -> type.isAnnotatedWith("org.jspecify.annotations.NullMarked"))
			.map(JavaClass::getPackageName)
			.collect(Collectors.toSet());
		Set<String> all = CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
		assertThat(marked).isEqualTo(all);
	}

	@Test
	void internalClassesWhenInStorePackagesOfSqliteAreFinalOrAbstract() {
		ArchRule rule = classes().that()
			.resideInAPackage(ROOT + ".store.sqlite")
			.and()
			.areTopLevelClasses()
			.and()
			.areNotInterfaces()
			.and()
			.doNotHaveModifier(JavaModifier.ABSTRACT)
			.and()
			.haveSimpleNameNotEndingWith("package-info")
			.should()
			.haveModifier(JavaModifier.FINAL);
		rule.check(CLASSES);
	}

}
