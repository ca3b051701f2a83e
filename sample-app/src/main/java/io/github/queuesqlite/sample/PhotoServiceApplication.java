package io.github.queuesqlite.sample;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.scheduling.annotation.EnableScheduling;

/**
 * Starts the photo service.
 */
@SpringBootApplication
@EnableScheduling
@EnableConfigurationProperties(PhotoProperties.class)
public class PhotoServiceApplication {

	public static void main(String[] args) {
		ConfigurableApplicationContext context = SpringApplication.run(PhotoServiceApplication.class, args);
		if (context.getBean(PhotoProperties.class).exitWhenDone()) {
			boolean done = context.getBean(ImportService.class).awaitAll();
			int code = SpringApplication.exit(context, () -> done ? 0 : 1);
			System.exit(code);
		}
	}

}
