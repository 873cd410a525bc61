/** guesses: how often somebody was wrong, counted before they are answered. */

import { action, contract, type SettingsOf } from "../contract";
import { SWEEPS, sweptAt } from "../jobs";

/** Whoever asks somebody to prove who they are. */
const ASKING = ["auth", "mfa", "passkeys", "oidc", "legacy"] as const;

export const guesses = contract("platform", "guesses", {
	stores: ["secrets"],
	settings: {
		most: {
			variable: "GUESSES",
			live: true,
			rule: "number|integer|min:1|max:1000000|default:10",
			summary:
				"wrong guesses at the secret of one account, known or not, until whoever guesses waits; each known device of theirs has as many for itself"
		},
		network: {
			variable: "GUESSES_NETWORK",
			live: true,
			rule: "number|integer|min:1|max:10000000|default:300",
			summary: "the same from one network, at whatever account; ten times as many from a /48 of IPv6"
		},
		forgetMs: {
			variable: "GUESSES_FORGET",
			live: true,
			rule: "number|integer|min:1000|max:2592000000|default:3600000",
			summary:
				"after how long one wrong guess at an account is forgotten; all of a network are when all of an account are",
			unit: "ms"
		},
		waitMs: {
			variable: "GUESSES_WAIT",
			live: true,
			rule: "number|integer|min:100|max:86400000|default:60000",
			summary: "the first wait of whoever was wrong too often; each one after it is twice as long",
			unit: "ms"
		},
		longestMs: {
			variable: "GUESSES_LONGEST_WAIT",
			live: true,
			rule: "number|integer|min:100|max:86400000|default:3600000",
			summary: "the longest of these waits; never less than the first",
			unit: "ms"
		},
		kept: {
			variable: "GUESSES_KEPT",
			rule: "number|integer|min:100|max:100000000|default:100000",
			summary: "counts that are kept; of more, those go first that would be forgotten first"
		}
	},
	metrics: {
		refused: {
			type: "counter",
			name: "banyan.guesses.refused",
			labels: ["by"],
			summary:
				"Attempts to prove who somebody is that were not made, by whose count was full: subject, device, network, region."
		},
		kept: {
			type: "gauge",
			name: "banyan.guesses.kept",
			summary: "Counts of wrong guesses that are kept, as of the last look."
		},
		evicted: {
			type: "counter",
			name: "banyan.guesses.evicted",
			summary: "Counts that went before their time, since there were more than GUESSES_KEPT."
		}
	},
	actions: {
		reserve: action({
			summary: "Counts an attempt before it is made: its id, or how long to wait.",
			internal: ASKING,
			params: {
				kind: { type: "string", summary: "What is guessed: password, totp, reset …" },
				subject: { type: "string", summary: "Whose: an e-mail as it was given, or an account; known here or not." },
				address: "string",
				device: {
					type: "string",
					nullable: true,
					summary: "As it was sent. One that was given to this subject has a count of its own; any other is none."
				}
			},
			result: { type: "object", props: { attempt: "string|nullable", waitMs: "number" } }
		}),
		settle: action({
			summary:
				"Says of an attempt whether it was wrong; one that was right, or was never made, gives back what was counted.",
			internal: ASKING,
			idempotent: true,
			params: { attempt: "string", wrong: "boolean" },
			result: "boolean"
		}),
		device: action({
			summary:
				"What the device of somebody who proved who they are is known by from now on, and whether it was known to them before.",
			internal: ASKING,
			idempotent: true,
			params: {
				subjects: {
					type: "array",
					items: "string",
					min: 1,
					max: 4,
					summary: "All that is theirs: their e-mail, their account."
				},
				given: { type: "string", nullable: true, summary: "What the device sent." }
			},
			result: { type: "object", props: { device: "string", known: "boolean" } }
		}),
		sweep: action({ summary: "Forgets wrong guesses that are long ago.", ...SWEEPS })
	},
	jobs: { sweep: sweptAt("* * * * *", "Forgets wrong guesses that are long ago.") }
});

export type GuessSettings = SettingsOf<typeof guesses>;
