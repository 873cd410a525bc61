import type { Meanings } from "../../../meaning";

const users = { kind: "loss", streams: ["users"] } as const;

/** A field that is given up, so that its customer is not. */
export const fieldLosses = {
	uuid_missing: {
		...users,
		severity: "degraded",
		says: "{records} [has|have] no vless or vmess account, because [its key is|their keys are] no UUID.",
		means:
			"By AUTH_GENERATION_ALGORITHM=plain the key itself is the account: as a password of trojan and shadowsocks it goes on, for vless and vmess it never was one.",
		whom: ["operator", "reseller"],
		todo: "Nothing, if they use trojan or shadowsocks. Else revoke their subscription at the target, which makes a new account; they need their new link.",
		customers: "Some of the servers in your list are gone; the others work as before. Refresh your subscription."
	},
	vless_flow_dropped: {
		...users,
		severity: "degraded",
		says: "{records} [has|have] no vless flow: Marzban does not know the one that [its|their] inbound has at the source.",
		means: "Marzban knows no flow but xtls-rprx-vision, and would refuse the whole user for another.",
		whom: ["operator", "customer"],
		todo: "Give that inbound xtls-rprx-vision, or none, in the target's core config.",
		customers: "Some of the servers in your list may not work; the others do as before."
	},
	hold_dropped: {
		...users,
		severity: "act",
		says: "{records} [is|are] disabled: [it was|they were] waiting for the first connection, with no time to begin then.",
		means:
			"A duration of nothing, which only a row written by hand has, has no end: made active, they would never expire.",
		whom: ["operator", "reseller"],
		todo: "Give them a duration, or an expiry, and enable them.",
		customers: "Your account is off until it is renewed."
	},
	deadline_dropped: {
		...users,
		severity: "act",
		says: "{records} on hold [has|have] no day to begin by, because it could not be read.",
		means: "Their time begins with the first connection alone, whenever that is.",
		whom: ["operator", "reseller"],
		todo: "Set the day again, if they shall begin by one."
	},
	note_cut: {
		...users,
		severity: "degraded",
		says: "{records} [has|have] the first 500 characters of [its note|their notes].",
		means: "Marzban takes no more; only a row written by hand has them.",
		whom: ["operator", "reseller"],
		todo: "Nothing, or keep the rest elsewhere."
	},
	time_clamped: {
		...users,
		severity: "info",
		says: "{records} [has|have] a time in [its row|their rows] that is to come or cannot be read; that of the plan, or none, stands at the target.",
		means:
			"It says when somebody was made, seen or last fetched their links. A time of creation to come would close the subscription until then.",
		whom: ["operator"],
		todo: "Nothing. Look at the source's clock if there are many."
	}
} as const satisfies Meanings;
