package io.github.queuesqlite.sample;

import java.time.Duration;

import org.springframework.context.annotation.Configuration;
import org.springframework.http.CacheControl;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Serves the thumbnails. Their names stand for their content, so browsers may keep them.
 */
@Configuration(proxyBeanMethods = false)
class WebConfiguration implements WebMvcConfigurer {

	private final PhotoProperties properties;

	WebConfiguration(PhotoProperties properties) {
		this.properties = properties;
	}

	@Override
	public void addResourceHandlers(ResourceHandlerRegistry registry) {
		String folder = this.properties.directory().resolve("thumbnails").toUri().toString();
		registry.addResourceHandler("/thumbnails/**")
			.addResourceLocations(folder.endsWith("/") ? folder : folder + "/")
			.setCacheControl(CacheControl.maxAge(Duration.ofDays(30)));
	}

}
