/** What NATS and JetStream answer when they cannot, and which of our errors that is. Pure. */

import { messageOf, propertyOf, textOf } from "../../../domain/unknown";
import { StoreAway, StoreDenied, StoreFull, StoreUnfit } from "../../errors";

/** JetStream's own number of an error: its texts are alike for several. */
export const numberOf = (error: unknown): number | undefined => {
	const number = propertyOf(propertyOf(error, "api_error"), "err_code");
	return typeof number === "number" ? number : undefined;
};

export const NOT_FOUND = { message: 10037, stream: 10059, consumer: 10014 } as const;
export const OTHER_CONFIG = 10058;
/** The subject has another last sequence; said with that one. */
const WRONG_LAST = 10071;
/**
 * Others of the same subject, or the same message, are under way, and what became of them is not settled yet; a consumer is
 * gone with its server; a server that has just started does not know the stream yet.
 */
const PASSING: ReadonlySet<number> = new Set([10164, 10158, 10014, 10059]);

/** The subject's last sequence, where that is why an append was refused. */
export function lastSequenceIn(error: unknown): number | undefined {
	if (numberOf(error) !== WRONG_LAST) return undefined;
	const found = /(\d+)$/.exec(textOf(propertyOf(error, "api_error"), "description") ?? messageOf(error));
	// Told without it, it is only known that there is another one.
	return Number(found?.[1] ?? 0);
}

type Words = (store: string) => Error;

const full =
	(why: string): Words =>
	store =>
		new StoreFull(store, why);
const unfit =
	(why: string): Words =>
	store =>
		new StoreUnfit(store, why);

const ROOM = "Give it more, then ask again: nothing of this was stored.";
/** What asking again does not change, by JetStream's number. */
const FINAL: ReadonlyMap<number, Words> = new Map([
	[10077, full(`the limit of its stream in JetStream is reached (max_bytes or max_msgs). ${ROOM}`)],
	[10002, full(`the limit of its account in JetStream is reached. ${ROOM}`)],
	[10023, full(`the servers have no room for it. ${ROOM}`)],
	[10028, full(`the servers' memory for JetStream is used up. ${ROOM}`)],
	[10047, full(`the servers' disk for JetStream is used up (max_file). ${ROOM}`)],
	[
		10039,
		unfit("the account of TRANSPORTER's login has no JetStream: enable it for that account, or name another login.")
	],
	[
		10076,
		unfit(
			"JetStream is not enabled on these NATS servers: give them `jetstream { store_dir: …, sync_interval: always }`."
		)
	],
	[10109, unfit("its stream is sealed, and takes nothing more.")],
	[10054, unfit("its stream refuses messages of that size (max_msg_size): it must take 1 MB.")]
]);

const DENIED = /PERMISSIONS|AUTH/i;

/** Will the same be answered however often it is asked? What servers fail at (5xx) may pass, what they refuse does not. */
export function isFinal(error: unknown): boolean {
	if (isOurs(error) || DENIED.test(textOf(error, "code") ?? "")) return true;
	const number = numberOf(error);
	if (number === undefined || PASSING.has(number)) return false;
	return FINAL.has(number) || Number(propertyOf(propertyOf(error, "api_error"), "code")) < 500;
}

const isOurs = (error: unknown): boolean => (textOf(error, "code") ?? "").startsWith("STORE_");

/** The error of ours that a final one is. */
export function told(store: string, error: unknown): Error {
	if (isOurs(error) && error instanceof Error) return error;
	const words = FINAL.get(numberOf(error) ?? 0);
	if (words) return words(store);
	if (DENIED.test(textOf(error, "code") ?? "")) return denied(store, error);
	return new StoreUnfit(store, `JetStream refuses it (${messageOf(error)}, ${numberOf(error) ?? "no number"}).`);
}

const denied = (store: string, error: unknown): Error =>
	/AUTH/i.test(textOf(error, "code") ?? "")
		? new StoreDenied(
				store,
				"read",
				`does not let this node in (${textOf(error, "code")}): correct the login in TRANSPORTER.`
			)
		: new StoreDenied(
				store,
				"write",
				`needs a permission that TRANSPORTER's login has not (${messageOf(error)}): docs/security.md lists them.`
			);

/** The error of ours where the time was over before anything was settled. */
export function overdue(store: string, ms: number, error: unknown): StoreAway {
	const why = AWAY.get(numberOf(error) ?? textOf(error, "code") ?? "") ?? `${messageOf(error)}.`;
	return new StoreAway(store, ms, why);
}

const NO_QUORUM = "too few of the NATS servers run for one to lead the others (JetStream needs more than half).";
const AWAY: ReadonlyMap<string | number, string> = new Map<string | number, string>([
	[
		"TIMEOUT",
		"NATS answers, JetStream does not: a server whose disk is full says no more than that until it is started again with room."
	],
	["503", "JetStream has nobody who leads, or is not enabled on these servers: look at their logs."],
	[10008, NO_QUORUM],
	[
		10059,
		"its stream is gone from JetStream: whoever removed it has it in a backup, perhaps. Nothing begins anew while a node runs."
	],
	["CONNECTION_REFUSED", "no NATS server of TRANSPORTER can be reached; look whether they run."],
	["DISCONNECT", "the connection to NATS broke again and again."]
]);
