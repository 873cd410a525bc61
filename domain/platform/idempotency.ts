/**
 * Keys by which what is asked for twice is done once, wherever they are kept: at the door with the answers, in a service with the
 * effect itself. Pure.
 */

/** A structured string (RFC 8941 §3.3.3), as draft-ietf-httpapi-idempotency-key-header-07 has it, which has expired; or bare. */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,510})"$/;
const BARE = /^[\x21\x23-\x7e]{1,255}$/;
const MOST = 255;

/** The key that a header holds; undefined where it holds none. `"a"` and `a` are the same one. */
export function keyIn(header: string): string | undefined {
	const [, quoted] = QUOTED.exec(header) ?? [];
	if (quoted === undefined) return BARE.test(header) ? header : undefined;
	const key = quoted.replace(/\\(["\\])/g, "$1");
	return key.length <= MOST ? key : undefined;
}

/** For how long a key is known, in ms: it is told to whoever reads the API. */
export const KEY_KEPT_MS = 24 * 3_600_000;

/** What is known of a key. */
interface Known {
	/** Of all that was asked. */
	readonly digest: string;
	readonly answered: boolean;
	readonly unknown?: boolean | undefined;
}
export type State = "reused" | "running" | "unknown" | "done";

/** What whoever asks under it is told. */
export function stateOf({ digest, answered, unknown }: Known, asked: string): State {
	if (digest !== asked) return "reused";
	if (answered) return "done";
	return unknown ? "unknown" : "running";
}
