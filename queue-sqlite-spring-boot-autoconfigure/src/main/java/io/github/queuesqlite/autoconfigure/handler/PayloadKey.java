package io.github.queuesqlite.autoconfigure.handler;

import io.github.queuesqlite.task.UniqueKey;
import org.jspecify.annotations.Nullable;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.Expression;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.SimpleEvaluationContext;

/** The unique key that {@code @QueueTask(unique)} says. */
final class PayloadKey implements UniqueKey {

	private final Expression expression;

	private PayloadKey(Expression expression) {
		this.expression = expression;
	}

	/**
	 * Reads the attribute.
	 * @return null when it is empty
	 * @throws IllegalArgumentException if it is no expression
	 */
	static @Nullable UniqueKey of(String unique) {
		if (unique.isEmpty()) {
			return null;
		}
		if (unique.equals("payload")) {
			return UniqueKey.ofBody();
		}
		try {
			return new PayloadKey(new SpelExpressionParser().parseExpression(unique));
		}
		catch (ParseException | IllegalStateException ex) {
			throw new IllegalArgumentException(
					"'unique' must be payload or a SpEL expression over the payload, was '" + unique + "'", ex);
		}
	}

	@Override
	public @Nullable String of(@Nullable Object payload, @Nullable String codec, byte @Nullable [] body) {
		// Bean names, types and constructors are out of reach of an expression over data.
		EvaluationContext context = SimpleEvaluationContext.forReadOnlyDataBinding().withInstanceMethods().build();
		context.setVariable("payload", payload);
		Object key;
		try {
			key = this.expression.getValue(context, payload);
		}
		catch (RuntimeException ex) {
			// An EvaluationException, or whatever a method of the payload throws.
			throw new IllegalArgumentException(
					"'" + this.expression.getExpressionString() + "' fails: " + ex.getMessage(), ex);
		}
		if (key == null) {
			throw new IllegalArgumentException("'" + this.expression.getExpressionString() + "' is null");
		}
		return key.toString();
	}

}
