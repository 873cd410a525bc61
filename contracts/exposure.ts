/** Who reaches an action, and how it behaves. */

/** In place of the names of services that may call: every one of the cluster. */
export const ANY_SERVICE = "*";

/** What a request has in its body: fields as JSON; those, or one YAML document as the field `document`; parts; bytes. */
export const BODIES = ["json", "document", "multipart", "raw"] as const;
export type Body = (typeof BODIES)[number];

/**
 * What an answer may be, by what its caller accepts: JSON; all pages of it as lines of JSON; its lines as server-sent
 * events, live; whatever the action answers, as it is.
 */
export const ANSWERS = ["json", "ndjson", "sse", "raw"] as const;
export type Answer = (typeof ANSWERS)[number];

/** Kinds of routes that are limited alike. @see Outside.limit */
export const LIMIT_CLASSES = ["read", "write", "long", "public", "evaluation", "links"] as const;
export type LimitClass = (typeof LIMIT_CLASSES)[number];

/** How an answer goes on live (`sse`): it is asked for once more whenever an event of the same contract says so. */
export interface Live {
	/** The event, by its key in the contract. */
	readonly wakes: string;
	/** The field by which event and request are about the same thing. */
	readonly by: string;
	/** What each line is called. */
	readonly line: string;
	/** An action of the same contract: what it answers comes after each run of lines, under its name. */
	readonly state?: string;
}

/** How an address of raw requests looks, for readers of the API. */
export interface RawAddress {
	/** Of the operation, unique in its contract. */
	readonly name: string;
	/** From the root; `:name` is a parameter. */
	readonly path: string;
	readonly summary: string;
	readonly params: Readonly<Record<string, { readonly description: string; readonly example: string }>>;
	readonly answer: { readonly description: string; readonly example: string };
	/** Statuses that it answers with a problem. */
	readonly problems: readonly number[];
}

/** Addresses beside the API's whose requests an action answers as they are (`RAW_REQUEST` in, `RawAnswer` out). */
export interface Raw {
	/** What is found there, in sentences: `old links`. */
	readonly called: string;
	/** A regular expression for the path as it was sent. */
	readonly path: string;
	readonly methods: readonly string[];
	/** What is said there is ours, as the API's answers are: where the API is, and not where others speak through us. */
	readonly ours?: true;
	readonly shown: readonly RawAddress[];
}

/** What holds for every action, whoever calls it. */
interface Conduct {
	/** What it does, in one sentence. */
	readonly summary: string;
	/** Of the API's document, where it stands in another one than its contract. */
	readonly chapter?: string;
	/** Changes nothing, whatever its method: no `Idempotency-Key`, and its answer is not kept. A GET never does. */
	readonly reads?: true;
	/** Twice is once: it may be tried again by whoever got no answer. What reads is so. */
	readonly idempotent?: true;
	/** Of what is idempotent: whoever asks repeats it by themselves, once their lease is over (L6); no layer between does. */
	readonly leased?: true;
	/**
	 * Under an `Idempotency-Key` twice is once: what it makes is called by that key (`meta.once`), so that it may be tried again
	 * as what is idempotent, and be done anew where nobody knows what became of the first.
	 */
	readonly keyed?: true;
	/** Of what is reached from outside, and must not happen twice: a request without an `Idempotency-Key` is refused. */
	readonly needsKey?: true;
	/** Takes as long as there is to look at, minutes for a large system. */
	readonly long?: true;
	/** What it answers is for its caller alone: nothing on the way keeps it. */
	readonly secret?: true;
	/** Nothing of it goes on once whoever asked is gone, or has waited for as long as anybody may. */
	readonly endsWithCaller?: true;
	/** The longest that a call may take, in ms; whoever calls may wait for less. @default REQUEST_TIMEOUT */
	readonly timeout?: number;
	/**
	 * Of what is idempotent and always quick: after so many ms without an answer another node is asked, though this one lives.
	 * @default none: as long as its node lives, and the call may take
	 */
	readonly tryTimeout?: number;
	/** How many calls of it a node has under way at once, and how many wait; more are refused. @default CALLS_AT_ONCE of all */
	readonly bulkhead?: { readonly concurrency: number; readonly queue: number };
	/** A node whose answers fail is not asked for a while. @default by BREAKER_ of the node */
	readonly breaker?: false;
	/**
	 * Of a route that reads: the gateway gives an answer again for so many seconds to the same question of the same caller, until one
	 * of these events of the same contract, or a change at its address. In a cluster alone. @default none
	 */
	readonly cache?: { readonly seconds: number; readonly until: readonly string[] };
	/**
	 * Of a route that reads: while nobody answers, the gateway gives the last good answer again for so many seconds, marked. In a
	 * cluster alone. @default none
	 */
	readonly stale?: number;
	/** Of what is kept so (`cache`, `stale`): whoever may ask is answered the same. @default each caller has answers of their own */
	readonly shared?: true;
}

/**
 * Reached from outside, and by services: where nodes prove who they are, by its own, by the doors that ask for a key, and by
 * those that it names.
 */
interface Outside extends Conduct {
	/**
	 * The scope that the caller must hold, whether a key or a person; `public`: nobody asks who calls; `person`: whoever is
	 * signed in, for what is their own (`personOf`). No field says whose it is.
	 */
	readonly permission: string;
	/** Method and canonical path, under `/api/v1`; `:name` is a field of the params. */
	readonly rest: string;
	/** Of a person: they proved who they are within so many seconds; else they are asked to do so again. */
	readonly fresh?: number;
	/**
	 * How often one client may ask, as the gateway's settings say of the class.
	 * @default `public` where nobody asks who calls; else `long`, `read` or `write`, as it is
	 */
	readonly limit?: LimitClass;
	/** It is told where the request comes from (`meta.client`). */
	readonly client?: true;
	/** Cookies of ours that it is told (`meta.cookies`) and may set (`meta.setCookies`), by their names. */
	readonly cookies?: readonly string[];
	/** Other paths of the same action, from the root: `POST /migration/start`. */
	readonly aliases?: readonly string[];
	/** The HTTP status of an answer. @default 200 */
	readonly status?: Status;
	/** Where to look on, under `/api/v1`; `:name` is a field of the answer. */
	readonly location?: string;
	/**
	 * Of what a browser opens by itself: the field of the answer that says where it goes on (303). In place of `status`. Fields
	 * of the address that the action does not know are passed over: whoever sends a browser adds their own (RFC 6749 §4.1.2).
	 */
	readonly redirect?: string;
	/** @default "json" where the method has one */
	readonly body?: Body;
	/** The first is for those who say nothing. @default ["json"] */
	readonly answers?: readonly Answer[];
	/** Of `sse`. */
	readonly live?: Live;
	/** Services that call it, beside its own and the doors. */
	readonly callers?: readonly string[];
	readonly internal?: undefined;
	readonly raw?: undefined;
}
type Status = 200 | 201 | 202;

/** For the cluster's own calls alone. */
interface Inside extends Conduct {
	/** The services that may call it, `*` any of the cluster; each node looks who calls what it owns. */
	readonly internal: readonly string[];
	readonly permission?: undefined;
	readonly rest?: undefined;
	readonly fresh?: undefined;
	readonly limit?: undefined;
	readonly client?: undefined;
	readonly cookies?: undefined;
	readonly aliases?: undefined;
	readonly status?: undefined;
	readonly location?: undefined;
	readonly redirect?: undefined;
	readonly body?: undefined;
	readonly answers?: undefined;
	readonly live?: undefined;
	readonly callers?: undefined;
	readonly raw?: undefined;
}

/** Reached from outside by addresses that others gave out. */
interface Beside extends Omit<Inside, "internal" | "permission" | "raw"> {
	readonly permission: "public";
	readonly raw: Raw;
	readonly internal?: undefined;
}

/** Who reaches an action, and how it behaves: all that the gateway, the documents and the clients derive theirs from. */
export type Exposure = Outside | Inside | Beside;
