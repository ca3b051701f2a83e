package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * Reads the records of single pages, whatever leads to them. What cannot be a record is
 * passed over.
 * <p>
 * <b>Source:</b> https://www.sqlite.org/fileformat2.html
 */
final class RecordReader {

	private static final int TABLE_LEAF = 13;

	private static final int INDEX_LEAF = 10;

	private static final int INDEX_INTERIOR = 2;

	private static final int LEAST_LOCAL = (PageFile.PAGE - 12) * 32 / 255 - 23;

	private static final int MOST_LOCAL_TABLE = PageFile.PAGE - 35;

	private static final int MOST_LOCAL_INDEX = (PageFile.PAGE - 12) * 64 / 255 - 23;

	private final PageFile file;

	RecordReader(PageFile file) {
		this.file = file;
	}

	/** Reads the rows of a page; none when it is not the leaf of a table. */
	List<Row> rows(int page) throws IOException {
		List<Row> rows = new ArrayList<>();
		ByteBuffer content = this.file.page(page);
		if (content.get(0) == TABLE_LEAF) {
			for (int cell = 0; cell < cells(content); cell++) {
				row(content, cell).ifPresent(rows::add);
			}
		}
		return rows;
	}

	/** Reads one row of a page. */
	Optional<Row> row(int page, int cell) throws IOException {
		return row(this.file.page(page), cell);
	}

	private Optional<Row> row(ByteBuffer page, int cell) throws IOException {
		try {
			page.position(page.getShort(8 + 2 * cell) & 0xffff);
			long length = varint(page);
			long id = varint(page);
			return Optional.of(new Row(cell, id, values(payload(page, length, MOST_LOCAL_TABLE))));
		}
		catch (IndexOutOfBoundsException | BufferUnderflowException | IllegalArgumentException ex) {
			return Optional.empty();
		}
	}

	/** Reads the keys of a page; none when it is not part of an index. */
	List<List<@Nullable Object>> keys(int page) throws IOException {
		List<List<@Nullable Object>> keys = new ArrayList<>();
		ByteBuffer content = this.file.page(page);
		boolean interior = content.get(0) == INDEX_INTERIOR;
		if (interior || content.get(0) == INDEX_LEAF) {
			for (int cell = 0; cell < cells(content); cell++) {
				key(content, interior, cell).ifPresent(keys::add);
			}
		}
		return keys;
	}

	private Optional<List<@Nullable Object>> key(ByteBuffer page, boolean interior, int cell) throws IOException {
		try {
			page.position((page.getShort((interior ? 12 : 8) + 2 * cell) & 0xffff) + (interior ? 4 : 0));
			return Optional.of(values(payload(page, varint(page), MOST_LOCAL_INDEX)));
		}
		catch (IndexOutOfBoundsException | BufferUnderflowException | IllegalArgumentException ex) {
			return Optional.empty();
		}
	}

	private static int cells(ByteBuffer page) {
		return Math.min(page.getShort(3) & 0xffff, PageFile.PAGE / 4);
	}

	private ByteBuffer payload(ByteBuffer page, long length, int mostLocal) throws IOException {
		if (length < 0 || length > (long) this.file.pages() * PageFile.PAGE) {
			throw new IllegalArgumentException("length " + length);
		}
		ByteBuffer payload = ByteBuffer.allocate((int) length);
		int local = (int) length;
		if (length > mostLocal) {
			local = LEAST_LOCAL + (int) ((length - LEAST_LOCAL) % (PageFile.PAGE - 4));
			local = (local <= mostLocal) ? local : LEAST_LOCAL;
		}
		append(payload, page, local);
		int next = payload.hasRemaining() ? page.getInt() : 0;
		while (payload.hasRemaining()) {
			if (next < 2 || next > this.file.pages()) {
				throw new IllegalArgumentException("overflow page " + next);
			}
			ByteBuffer overflow = this.file.page(next);
			next = overflow.getInt();
			append(payload, overflow, Math.min(payload.remaining(), PageFile.PAGE - 4));
		}
		return payload.flip();
	}

	private static void append(ByteBuffer payload, ByteBuffer from, int length) {
		payload.put(from.slice(from.position(), length));
		from.position(from.position() + length);
	}

	private static List<@Nullable Object> values(ByteBuffer payload) {
		int content = (int) varint(payload);
		List<Long> types = new ArrayList<>();
		while (payload.position() < content) {
			types.add(varint(payload));
		}
		List<@Nullable Object> values = new ArrayList<>();
		for (long type : types) {
			values.add(value(payload, type));
		}
		return values;
	}

	private static @Nullable Object value(ByteBuffer payload, long type) {
		if (type >= 12) {
			byte[] bytes = new byte[(int) Math.min((type - 12) / 2, payload.remaining() + 1L)];
			payload.get(bytes);
			return (type % 2 == 0) ? bytes : new String(bytes, StandardCharsets.UTF_8);
		}
		return switch ((int) type) {
			case 0 -> null;
			case 1, 2, 3, 4 -> integer(payload, (int) type);
			case 5 -> integer(payload, 6);
			case 6 -> integer(payload, 8);
			case 8 -> 0L;
			case 9 -> 1L;
			default -> throw new IllegalArgumentException("type " + type);
		};
	}

	private static long integer(ByteBuffer payload, int bytes) {
		long value = payload.get();
		for (int i = 1; i < bytes; i++) {
			value = (value << 8) | (payload.get() & 0xff);
		}
		return value;
	}

	private static long varint(ByteBuffer buffer) {
		long value = 0;
		for (int i = 0; i < 8; i++) {
			int next = buffer.get();
			value = (value << 7) | (next & 0x7f);
			if (next >= 0) {
				return value;
			}
		}
		return (value << 8) | (buffer.get() & 0xff);
	}

	/**
	 * A row of a table.
	 *
	 * @param cell its place on the page
	 * @param id its row id
	 * @param values numbers are longs, texts strings, others byte arrays
	 */
	record Row(int cell, long id, List<@Nullable Object> values) {
	}

}
