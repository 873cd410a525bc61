/** mail: letters to people, sent at least once. */

import { action, contract, type SettingsOf } from "../contract";
import { SWEEPS, sweptAt } from "../jobs";
import { personal } from "../personal";
import { reseal } from "../reseal";

/** Each is a row in domain/platform/letters.ts. */
export const TEMPLATES = [
	"verify-email",
	"confirm-email",
	"already-registered",
	"reset-password",
	"invitation",
	"password-changed",
	"email-asked",
	"email-changed",
	"factor-added",
	"factor-removed",
	"recovery-used",
	"login-linked",
	"sessions-ended",
	"account-erased",
	"welcome"
] as const;
export type Template = (typeof TEMPLATES)[number];

export const mail = contract("platform", "mail", {
	stores: ["secrets", "announcements"],
	errors: {
		MAIL_ADDRESS_INVALID: {
			status: 422,
			title: "This is no address that a letter can be sent to",
			means:
				"An address is a name, an @ and a domain: without blanks, signs of control, or what separates several of them.",
			todo: "Correct the address."
		}
	},
	settings: {
		from: {
			variable: "MAIL_FROM",
			live: true,
			rule: {
				type: "string",
				default: "banyan@localhost",
				pattern: '^(?:[^<>"\\p{Cc}]* <)?[^\\s<>@,;:"]+@[^\\s<>@,;:"]+>?$'
			},
			summary: "whom letters are from, as Example <no-reply@example.com>"
		},
		timeoutMs: {
			variable: "MAIL_TIMEOUT",
			rule: "number|integer|min:100|max:600000|default:60000",
			summary: "how long the mail server may take for one letter",
			unit: "ms"
		},
		retryMs: {
			variable: "MAIL_RETRY",
			live: true,
			rule: "number|integer|min:10|max:3600000|default:5000",
			summary:
				"how long a letter that could not be sent waits; each wait is twice as long as the one before, an hour at most",
			unit: "ms"
		},
		giveUpMs: {
			variable: "MAIL_GIVE_UP",
			live: true,
			rule: "number|integer|min:100|max:2592000000|default:86400000",
			summary: "after how long a letter that could not be sent is given up",
			unit: "ms"
		},
		waiting: {
			variable: "MAIL_WAITING",
			live: true,
			rule: "number|integer|min:10|max:10000000|default:100000",
			summary: "letters that wait at once"
		}
	},
	metrics: {
		letters: {
			type: "counter",
			name: "banyan.mail.letters",
			labels: ["outcome"],
			summary:
				"Tries to send a letter, by what came of them: sent, again (it is tried once more), refused or given-up (it is not)."
		},
		waiting: {
			type: "gauge",
			name: "banyan.mail.waiting",
			summary: "Letters that wait to be sent, as of the last look."
		}
	},
	actions: {
		personal,
		reseal,
		sweep: action({ summary: "Forgets letters that were sent or given up a day ago.", ...SWEEPS }),
		send: action({
			summary: "Takes a letter over: from then on it is sent until it is sent, or given up.",
			internal: ["auth", "mfa", "passkeys", "oidc", "sessions", "users"],
			idempotent: true,
			params: {
				id: { type: "string", min: 1, max: 200, summary: "The same letter has the same one: it is taken over once." },
				to: { type: "string", max: 400 },
				account: {
					type: "string",
					optional: true,
					nullable: true,
					summary: "Whose it is: it is not sent once they were erased. Without one it is."
				},
				template: { type: "enum", values: TEMPLATES },
				fields: {
					type: "record",
					value: "string",
					summary:
						"`email`, `link`, `token`, `at`, `device`, `what`, `handle`: what the letter has no place for is left out."
				}
			},
			result: "boolean"
		})
	},
	jobs: { sweep: sweptAt("*/10 * * * *", "Forgets letters that were sent or given up a day ago.") }
});

export type MailSettings = SettingsOf<typeof mail>;
