/** What the codes of this mapping mean. */

import type { Meanings } from "../../meaning";

const accounts = { streams: ["accounts"], whom: ["operator"] } as const;

export const losses = {
	hash_unknown: {
		...accounts,
		kind: "loss",
		severity: "degraded",
		says: "{records} [has|have] a hash of a form that nothing here can check, so [its owner has|their owners have] to choose a new password.",
		means:
			"The account is moved without a password. Its owner asks for a letter at the login, or the old system is asked while it answers.",
		whom: ["operator", "customer"],
		todo: "Tell them; with `rules.unknownHashes: leave` they stay at the source.",
		customers: "Please choose a new password: ask for the letter at the login."
	},
	hash_unsalted: {
		...accounts,
		kind: "loss",
		severity: "degraded",
		says: "{records} [has|have] a hash without a salt, which is as good as no secret, so [its owner has|their owners have] to choose a new password.",
		means:
			"All who chose the same password have the same bare MD5 or SHA, and lists of them are public. The account is moved without it.",
		whom: ["operator", "customer"],
		todo: "Tell them; or set `rules.unsaltedHashes: take` and the target's PASSWORDS_UNSALTED, so that each is hashed anew at the first right login.",
		customers: "Please choose a new password: ask for the letter at the login."
	},
	hash_too_dear: {
		...accounts,
		kind: "loss",
		severity: "degraded",
		says: "{records} [has|have] a hash that costs more to check than is spent here, so [its owner has|their owners have] to choose a new password.",
		means: "Whoever imports hashes could otherwise hold the server up by one login.",
		whom: ["operator", "customer"],
		todo: "Tell them; with `rules.unknownHashes: leave` they stay at the source.",
		customers: "Please choose a new password: ask for the letter at the login."
	},
	no_hash: {
		...accounts,
		kind: "loss",
		severity: "info",
		says: "{records} [has|have] no password at the source, and none here.",
		means: "They signed in there in another way, or never.",
		todo: "Nothing: a letter lets them choose one."
	},
	name_cut: {
		...accounts,
		kind: "loss",
		severity: "info",
		says: "{records} [has|have] a name longer than a name may be: its beginning is kept.",
		means: "A name has 200 characters at most.",
		todo: "Nothing: they can change it."
	},
	created_unknown: {
		...accounts,
		kind: "loss",
		severity: "info",
		says: "{records} [does|do] not say since when [it is|they are] there: it is since the move.",
		means: "The column holds nothing, or no time that can be read.",
		todo: "Nothing."
	},
	email_invalid: {
		...accounts,
		kind: "quarantine",
		severity: "act",
		says: "{records} [has|have] no address of e-mail that could be one.",
		means: "An account is found by its address: without one nobody could come in.",
		todo: "Correct the address in the file, then run `banyan migration repair`."
	},
	email_twice: {
		...accounts,
		kind: "quarantine",
		severity: "act",
		says: "{records} [has|have] an address that an earlier row of the file has, too: upper and lower case are the same.",
		means: "One address is one account. The first row is moved.",
		todo: "Decide whose it is: change or remove one of the two rows, then run `banyan migration repair`."
	},
	hash_left: {
		...accounts,
		kind: "quarantine",
		severity: "act",
		says: "{records} [has|have] a hash that is not taken, and `rules` leave[s|] [it|them] at the source.",
		means: "Its owner could not sign in by their password.",
		todo: "Nothing, or set `rules.unknownHashes` or `rules.unsaltedHashes` to `reset` and plan anew."
	},
	inactive_left: {
		...accounts,
		kind: "quarantine",
		severity: "info",
		says: "{records} may not come in any more at the source, and `rules.inactive: leave` leaves [it|them] there.",
		means: "Nobody misses them.",
		todo: "Nothing."
	}
} as const satisfies Meanings;
