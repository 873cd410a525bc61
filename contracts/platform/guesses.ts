/** guesses: how often somebody was wrong, counted before they are answered. */

import { action, contract } from "../contract";

export const guesses = contract("platform", "guesses", {
	actions: {
		reserve: action({
			summary: "Counts an attempt before it is made: its id, or how long to wait.",
			internal: ["auth", "mfa", "passkeys", "oidc"],
			params: {
				kind: { type: "string", summary: "What is guessed: password, totp, reset …" },
				subject: { type: "string", summary: "Whose: an e-mail as it was given, or an account; known here or not." },
				address: "string",
				device: {
					type: "string",
					nullable: true,
					summary: "One that was given to this subject: it has a count of its own."
				}
			},
			result: { type: "object", props: { attempt: "string|nullable", waitMs: "number" } }
		}),
		settle: action({
			summary: "Says of an attempt whether it was wrong; one that was right gives back what was counted.",
			internal: ["auth", "mfa", "passkeys", "oidc"],
			idempotent: true,
			params: { attempt: "string", wrong: "boolean" },
			result: "boolean"
		})
	}
});
