package io.github.queuesqlite.sample;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

import io.github.queuesqlite.sample.pictures.PictureGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;

/**
 * Imports what the arguments say: a folder, painted pictures, or the bundled ones.
 */
@Component
@ConditionalOnBooleanProperty(name = "photos.import-at-start", matchIfMissing = true)
class StartupImport implements ApplicationRunner {

	private static final Logger logger = LoggerFactory.getLogger(StartupImport.class);

	private static final int PAINTED_WIDTH = 480;

	private final ImportService imports;

	private final PhotoProperties properties;

	StartupImport(ImportService imports, PhotoProperties properties) {
		this.imports = imports;
		this.properties = properties;
	}

	@Override
	public void run(ApplicationArguments args) throws IOException {
		this.imports.start(folder());
	}

	private Path folder() throws IOException {
		Path chosen = this.properties.importFolder();
		if (chosen != null) {
			return chosen;
		}
		return (this.properties.generate() > 0) ? painted(this.properties.generate()) : bundled();
	}

	private Path painted(int count) throws IOException {
		Path folder = this.properties.directory().resolve("painted-" + count);
		logger.info("Painting {} pictures into {}, unless they are there", count, folder.toAbsolutePath());
		return new PictureGenerator(folder, PAINTED_WIDTH).generate(count);
	}

	/** Files in a jar are no files, so they are copied out. */
	private Path bundled() throws IOException {
		Path folder = Files.createDirectories(this.properties.directory().resolve("bundled"));
		for (Resource resource : new PathMatchingResourcePatternResolver().getResources("classpath:/photos/*.*")) {
			try (InputStream in = resource.getInputStream()) {
				AtomicFile.write(folder.resolve(Objects.requireNonNull(resource.getFilename())), in.readAllBytes());
			}
		}
		return folder;
	}

}
