package io.github.queuesqlite.reliability.sabotage;

/**
 * A test method of the core, or a layer of the campaign.
 *
 * @param type the class, fully qualified
 * @param nested a nested class of it or of one it extends; empty for none
 * @param method the method, or the name of the layer
 */
record TestName(String type, String nested, String method) {

	private static final String ROOT = "io.github.queuesqlite.";

	/**
	 * Reads {@code package.Class/Nested#method}, the package below the root package.
	 */
	static TestName parse(String text) {
		String type = text.substring(0, text.indexOf('#'));
		int slash = type.indexOf('/');
		return new TestName(ROOT + ((slash < 0) ? type : type.substring(0, slash)),
				(slash < 0) ? "" : type.substring(slash + 1), text.substring(text.indexOf('#') + 1));
	}

	/** Whether it is a layer of the campaign instead, which must find something. */
	boolean isLayer() {
		return this.type.endsWith("Layer");
	}

	/** For people. */
	String shown() {
		String simple = this.type.substring(this.type.lastIndexOf('.') + 1);
		return isLayer() ? "the layer `" + this.method + "`"
				: "`" + simple + (this.nested.isEmpty() ? "" : "." + this.nested) + "." + this.method + "`";
	}

	/** As {@link #parse} reads it. */
	@Override
	public String toString() {
		return this.type.substring(ROOT.length()) + (this.nested.isEmpty() ? "" : "/" + this.nested) + "#"
				+ this.method;
	}

}
