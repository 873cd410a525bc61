/** What a mapping says of the links that the source's customers have stored, so that a gateway can answer for them. */

/** What is asked of the target, and what is done with its answer. */
export interface LinkFormat {
	/** After the token; empty for the bare link. */
	readonly suffix: string;
	/** The answer is base64 and is wanted in the clear. */
	readonly decode?: true;
}

/** A link's path, whatever prefix stands before it. */
export interface OldPath {
	/** From the system's own path on, as it was sent. */
	readonly path: string;
	readonly username: string;
	readonly key: string;
	/** Empty where the client's user agent decides. */
	readonly format: string;
}

export interface OldLinks {
	/** @param path percent-encoded; undefined when it is no such link */
	readonly read: (path: string) => OldPath | undefined;
	/** Its path without a format, decoded. */
	readonly path: (link: Pick<OldPath, "username" | "key">) => string;
	/** Undefined where the target has no such format. */
	readonly format: (name: string) => LinkFormat | undefined;
	/** Every name of a format; the empty one too. */
	readonly formats: readonly string[];
	/**
	 * What `read` knows a link by: at the end of a decoded path, its own path as the first group, the format's name as the
	 * second. For proxies, so without what not every kind of regular expression has.
	 */
	readonly pattern: string;
	/** What of a decoded path is a link's own, as such an expression. */
	readonly place: string;
}
