package io.github.queuesqlite.sample;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.annotation.QueueTask;
import io.github.queuesqlite.listen.ListenOperations;
import io.github.queuesqlite.message.GroupResult;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewGroup;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.TaskContext;
import net.coobird.thumbnailator.Thumbnails;
import net.coobird.thumbnailator.geometry.Positions;

import org.springframework.stereotype.Service;

/**
 * Makes contact sheets: one picture of all photos of an import. Each tile is a message;
 * when all have ended they are put together, and then the sheet is announced. All of it
 * is handed in at once, so a kill at any time only delays it.
 */
@Service
class ContactSheets {

	static final String KEY_PREFIX = "sheet.";

	private static final String QUEUE = "sheets";

	private static final String TILE = "sheet.tile";

	private static final String COMPOSE = "sheet.compose";

	private static final String ANNOUNCE = "sheet.announce";

	private static final String IMPORT = "import";

	/** Results of a group that are too large together are left out. */
	private static final int MOST_TILES = 400;

	private static final int COLUMNS = 8;

	private static final int SIDE = 160;

	private final QueueOperations queue;

	private final ListenOperations listen;

	private final PhotoLibrary library;

	ContactSheets(QueueOperations queue, ListenOperations listen, PhotoLibrary library) {
		this.queue = queue;
		this.listen = listen;
		this.library = library;
	}

	/**
	 * Starts to make the sheet of an import.
	 * @param photoImport the import; those of its photos count that are processed
	 * @return the group, whose end is that of the sheet
	 * @throws IllegalArgumentException if none is processed
	 */
	MessageId start(PhotoImport photoImport) {
		List<NewMessage> tiles = photoImport.photos()
			.stream()
			.filter((photo) -> this.library.find(photo).isPresent())
			.limit(MOST_TILES)
			.map((photo) -> NewMessage.to(TILE).payload(photo))
			.toList();
		if (tiles.isEmpty()) {
			throw new IllegalArgumentException("No photo of " + photoImport.id() + " is processed yet");
		}
		return this.queue.enqueueGroup(NewGroup.of(tiles)
			.then(NewMessage.to(COMPOSE).header(IMPORT, photoImport.id()))
			.then(NewMessage.to(ANNOUNCE)));
	}

	Optional<Sheet> find(String photoImport) {
		return this.listen.get(KEY_PREFIX + photoImport, Sheet.class);
	}

	@QueueTask(value = TILE, queue = QUEUE, maxRetries = 1)
	byte[] tile(String id) throws IOException {
		Photo photo = this.library.find(id).orElseThrow(() -> new PermanentTaskException("Photo " + id + " is gone"));
		String smallest = photo.thumbnails().values().iterator().next();
		return jpeg(Thumbnails.of(this.library.thumbnail(smallest).toFile())
			.size(SIDE, SIDE)
			.crop(Positions.CENTER)
			.imageType(BufferedImage.TYPE_INT_RGB)
			.asBufferedImage());
	}

	/** Tiles that could not be made are left out. */
	@QueueTask(value = COMPOSE, queue = QUEUE)
	Sheet compose(GroupResult result, TaskContext context) throws IOException {
		List<byte[]> tiles = result.results(byte[].class);
		int rows = (tiles.size() + COLUMNS - 1) / COLUMNS;
		BufferedImage sheet = new BufferedImage(Math.min(tiles.size(), COLUMNS) * SIDE, Math.max(1, rows) * SIDE,
				BufferedImage.TYPE_INT_RGB);
		Graphics2D graphics = sheet.createGraphics();
		for (int i = 0; i < tiles.size(); i++) {
			BufferedImage tile = Thumbnails.of(new ByteArrayInputStream(tiles.get(i))).scale(1).asBufferedImage();
			graphics.drawImage(tile, i % COLUMNS * SIDE, i / COLUMNS * SIDE, null);
			context.progress((i + 1.0) / tiles.size(), "tile %d of %d".formatted(i + 1, tiles.size()));
		}
		graphics.dispose();
		byte[] picture = jpeg(sheet);
		String name = "sheet-" + Hash.of(picture) + ".jpg";
		this.library.saveThumbnail(name, picture);
		return new Sheet(String.valueOf(context.headers().get(IMPORT)), name, tiles.size());
	}

	/** Is given what the task before it returned. */
	@QueueTask(value = ANNOUNCE, queue = QUEUE)
	void announce(Sheet sheet) {
		this.listen.put(KEY_PREFIX + sheet.importId(), sheet);
	}

	private static byte[] jpeg(BufferedImage image) throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		Thumbnails.of(image).scale(1).outputFormat("jpg").outputQuality(0.82).toOutputStream(bytes);
		return bytes.toByteArray();
	}

	/**
	 * A sheet that is there.
	 *
	 * @param importId of which import
	 * @param file its name among the thumbnails
	 * @param photos how many it shows
	 */
	record Sheet(String importId, String file, int photos) {

	}

}
