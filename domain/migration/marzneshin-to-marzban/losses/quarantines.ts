import type { Meanings } from "../../../meaning";
import { NOT_MOVED } from "../../common-meanings";

const AGAIN = "then run `banyan migration repair`";

const held = { kind: "quarantine", severity: "act", whom: ["operator", "reseller", "customer"] } as const;
const users = { ...held, streams: ["users"], customers: NOT_MOVED } as const;
/** The second look found what the converters should have seen to. */
const caught = {
	...users,
	means: "The mapping made something that Marzban would refuse or choke on; it was found before anything was sent.",
	todo: `Correct what the reason names at the source, ${AGAIN}; please report it, with the reason.`
} as const;

const chosen = {
	limited: {
		...users,
		says: "{records} without traffic left [stays|stay] at the source, as `limitedUsers: quarantine` says.",
		means: "The target's API cannot make anybody limited.",
		todo: `Give them traffic at the source, or choose another \`limitedUsers\` under another name; ${AGAIN}.`,
		customers: "Your traffic is used up. Your account is moved once it is renewed."
	},
	resetting_plan_used: {
		...users,
		says: "{records} with a partly used plan that resets [stays|stay] at the source, as `resettingPlans: quarantine` says.",
		means: "The target's API cannot store what was used in this period.",
		todo: "Wait for their next period, or choose another `resettingPlans` under another name."
	},
	no_access: {
		...users,
		says: "{records} [stays|stay] at the source: the target has none of [its|their] inbounds, and `noAccess: quarantine` was chosen.",
		means: "At the target they could connect nowhere.",
		todo: `Add the inbounds at the target or name their counterparts in \`rules.inboundTags\`, and plan anew.`
	},
	name_refused: {
		...held,
		streams: ["users", "admins"],
		says: "{records} [has|have] a name that Marzban does not take.",
		means:
			"Users: 3 to 32 of a-z, 0-9 and _. Admins: 1 to 34 characters. `refusedNames: rename` would give users another.",
		todo: `Rename them at the source, ${AGAIN}.`,
		customers: NOT_MOVED
	}
} as const satisfies Meanings;

const unreadable = {
	no_key: {
		...users,
		says: "{records} [has|have] no key, so no credentials can be made of it.",
		means: "Of an empty key, everyone's credentials would be the same.",
		todo: `Revoke the subscription at the source, which makes a new key, ${AGAIN}.`
	},
	no_uuid: {
		...users,
		says: "{records} [has|have] a key that is no UUID, so no vless or vmess account exists for [it|them].",
		means: "In plain mode the key itself is the account's id.",
		todo: `Revoke the subscription at the source, which makes a new key, ${AGAIN}; they need their new link.`
	},
	strategy_unknown: {
		...users,
		says: "{records} [has|have] a kind of expiry that is not known here.",
		means: "When they shall expire cannot be told; nobody gets more time than at the source.",
		todo: `Set their expiry again at the source, ${AGAIN}.`
	},
	date_unreadable: {
		...users,
		says: "{records} [has|have] a date that both panels would not read alike.",
		means: 'A date that cannot be read is nobody\'s "never".',
		todo: `Set the date again at the source, ${AGAIN}.`
	},
	owner_missing: {
		...users,
		says: "{records} [belongs|belong] to an admin who is neither at the target nor moved.",
		means: "Without the owner, the wrong people would see and bill them.",
		todo: `Move the stream admins too, or make that admin at the target; ${AGAIN}.`
	}
} as const satisfies Meanings;

const second = {
	poison: { ...caught, says: "{records} would break every listing of the target." },
	status_refused: { ...caught, says: "{records} would have a status that Marzban does not take." },
	credentials_refused: { ...caught, says: "{records} would have credentials that Marzban does not take." },
	access_gained: { ...caught, says: "{records} would be able to connect in more ways than at the source." },
	quota_gained: { ...caught, says: "{records} would have more traffic than at the source." },
	hold_refused: { ...caught, says: "{records} on hold would have a duration that Marzban does not take." },
	note_refused: { ...caught, says: "{records} [has|have] a note of more than 500 characters." }
} as const satisfies Meanings;

const notUsers = {
	host_unbound: {
		...held,
		whom: ["operator"],
		streams: ["hosts"],
		says: "{records} [is|are] bound to no inbound, and Marzban has no such hosts.",
		means: "Marzban shows hosts by the tag of their inbound.",
		todo: "Add them by hand under the tags whose users shall get them."
	},
	no_inbound: {
		...held,
		whom: ["operator"],
		streams: ["hosts", "services"],
		says: "{records} [has|have] no inbound at the target.",
		means: "A host needs its inbound's tag; a template without an inbound might open all of them.",
		todo: "Add the inbound at the target, or name its counterpart in `rules.inboundTags`, and plan anew."
	},
	host_refused: {
		...held,
		whom: ["operator"],
		streams: ["hosts"],
		says: "{records} [has|have] braces that Marzban cannot fill in.",
		means: "Marzban wants braces in pairs, around the name of a variable; otherwise every subscription would fail.",
		todo: `Correct the text at the source, ${AGAIN}.`
	},
	by_hand: {
		...held,
		whom: ["operator"],
		streams: ["nodes", "settings"],
		says: "{records} [is|are] to be done by hand: no API carries [it|them].",
		means: "The panels speak to their nodes in different protocols, and Marzban reads its settings from a file.",
		todo: "Do what each record says."
	}
} as const satisfies Meanings;

export const quarantines = { ...chosen, ...unreadable, ...second, ...notUsers } as const satisfies Meanings;
