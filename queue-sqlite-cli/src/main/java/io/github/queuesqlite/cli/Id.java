package io.github.queuesqlite.cli;

import io.github.queuesqlite.message.MessageId;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an id. */
final class Id implements ITypeConverter<MessageId> {

	@Override
	public MessageId convert(String text) {
		try {
			return MessageId.parse(text);
		}
		catch (IllegalArgumentException ex) {
			throw new TypeConversionException(
					"must be an id of 13 characters, such as 0AKN6QZ0G2000, was '" + text + "'");
		}
	}

}
