package io.github.queuesqlite.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Component;

/**
 * The finished photos: one JSON file each, thumbnails beside them.
 */
@Component
class PhotoLibrary {

	private static final String JSON = ".json";

	private final JsonMapper mapper;

	private final Path results;

	private final Path thumbnails;

	private final Path uploads;

	private final Map<String, Photo> photos = new ConcurrentHashMap<>();

	PhotoLibrary(PhotoProperties properties, JsonMapper mapper) throws IOException {
		this.mapper = mapper;
		this.results = Files.createDirectories(properties.directory().resolve("results"));
		this.thumbnails = Files.createDirectories(properties.directory().resolve("thumbnails"));
		this.uploads = Files.createDirectories(properties.directory().resolve("uploads"));
		try (Stream<Path> files = Files.list(this.results)) {
			files.filter((file) -> file.toString().endsWith(JSON))
				.map((file) -> mapper.readValue(file.toFile(), Photo.class))
				.forEach((photo) -> this.photos.put(photo.id(), photo));
		}
	}

	Optional<Photo> find(String id) {
		return Optional.ofNullable(this.photos.get(id));
	}

	int size() {
		return this.photos.size();
	}

	long count(Collection<String> ids) {
		return ids.stream().filter(this.photos::containsKey).count();
	}

	List<Photo> latest(int offset, int limit) {
		return this.photos.values()
			.stream()
			.sorted(Comparator.comparing(Photo::processedAt).thenComparing(Photo::id).reversed())
			.skip(offset)
			.limit(limit)
			.toList();
	}

	void save(Photo photo) throws IOException {
		AtomicFile.write(this.results.resolve(photo.id() + JSON), this.mapper.writeValueAsBytes(photo));
		this.photos.put(photo.id(), photo);
	}

	void saveThumbnail(String name, byte[] content) throws IOException {
		AtomicFile.write(this.thumbnails.resolve(name), content);
	}

	Path thumbnail(String name) {
		return this.thumbnails.resolve(name);
	}

	/**
	 * Keeps an uploaded file.
	 * @param id of the photo
	 * @param name that the sender gave it
	 * @param content the file
	 * @return where it lies now
	 * @throws IOException if it cannot be written
	 */
	Path saveUpload(String id, String name, byte[] content) throws IOException {
		Path folder = Files.createDirectories(this.uploads.resolve(id));
		Path file = folder.resolve(name);
		AtomicFile.write(file, content);
		return file.toAbsolutePath();
	}

}
