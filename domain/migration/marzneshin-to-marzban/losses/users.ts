import type { Meanings } from "../../../meaning";
import { accessLosses } from "./access";
import { fieldLosses } from "./fields";

const users = { kind: "loss", streams: ["users"] } as const;

const CLAMPED = "The database of the target cannot hold so late a time; the latest that it can stands there instead.";

const names = {
	renamed: {
		...users,
		severity: "act",
		says: "{records} [has|have] a new name at the target, because Marzban does not take the old one.",
		means:
			"Marzban takes 3 to 32 of a-z, 0-9 and _ as a name, and no two that differ in capitals only. The new name is made of the old one and the id; the old subscription link goes on working.",
		whom: ["reseller", "customer"],
		todo: "Tell the reseller the new name: they will look for it in their list. `report --customers` has both.",
		customers: "Your user name is now {new}; before, it was {old}."
	},
	owner_assigned: {
		...users,
		severity: "info",
		says: "{records} had no owner and [belongs|belong] to the account that moved [it|them].",
		means:
			"What a plain admin creates at Marzban belongs to that admin. With the sudo of its environment there would be no owner.",
		whom: ["operator", "reseller"],
		todo: "Nothing, or give them to the admin they should belong to."
	},
	owner_raised: {
		...users,
		severity: "degraded",
		says: "{records} [belongs|belong] to a sudo of the target whose namesake at the source is none.",
		means:
			"The source's admin of that name has no sudo there, or is disabled. A sudo sees everybody's users either way; the admin, if it is another person, does not see these any more.",
		whom: ["operator", "reseller"],
		todo: "Nothing, if it is the same person. Else rename one of the two and give these users to whom they belong."
	},
	owner_kept: {
		...users,
		severity: "degraded",
		says: "{records} [keeps|keep] the owner that [it has|they have] at the target: the source has none, and Marzban's API takes no owner away.",
		means:
			"The user stood at the target before and belonged to an admin there. That admin goes on seeing and changing them.",
		whom: ["operator", "reseller"],
		todo: "Give them to the admin they should belong to, or name the target's `database:`, which can take the owner away."
	}
} as const satisfies Meanings;

const traffic = {
	limited_disabled: {
		...users,
		severity: "act",
		says: "{records} [is|are] disabled: [it has|they have] no traffic left, and the target's API cannot make anybody limited.",
		means:
			"At the source they were limited until they got more traffic; of those who were expired or disabled as well, it is told where their plan resets, and would be whole again once they are renewed. Marzban finds that out by itself only, by what it has counted, and it has counted nothing yet. With `database:` at the target they stay limited; `rules.limitedUsers` chooses otherwise.",
		whom: ["operator", "reseller", "customer"],
		todo: "When they renew, enable them and set the new limit. Do not press Marzban's reset for everybody before: it makes disabled users active.",
		customers: "Your traffic is used up, and your account is off until it is renewed."
	},
	limited_one_byte: {
		...users,
		severity: ["degraded", "act"],
		says: "{records} with no traffic left [stands|stand] at the target with a limit of 1 byte.",
		means:
			"`limitedUsers: oneByte` was chosen: they are active until their first byte, then limited. Where their plan resets (act), each period would give one byte, not the plan's traffic.",
		whom: ["operator", "reseller", "customer"],
		todo: "When they renew, or when their next period begins, set the limit that they paid for.",
		customers: "Your traffic is used up; your account works again once it is renewed."
	},
	limit_is_remainder: {
		...users,
		severity: "info",
		says: "{records} [has|have] the rest of [its|their] traffic as the limit, because the target's API cannot store what was used.",
		means: "Nobody gets more or less than at the source; the panel shows a smaller limit and a use of 0.",
		whom: ["reseller"],
		todo: "Nothing. When they renew, set the whole limit.",
		customers: "What was left of your traffic is shown as your limit, and your use is counted from 0."
	},
	zero_limit: {
		...users,
		severity: "info",
		says: "{records} with a limit of 0, which is no traffic at all, [has|have] one of 1 byte at the target.",
		means: "Marzban takes 0 for unlimited. Only a row written by hand has such a limit.",
		whom: ["operator", "reseller"],
		todo: "Nothing. When they renew, set the limit that they paid for."
	},
	quota_gain: {
		...users,
		severity: "degraded",
		says: "{records} [gets|get] this period's traffic once more, because the target's API cannot store what was used.",
		means:
			"`resettingPlans: full` was chosen: plans that reset keep their limit, and what was used in this period is forgotten once. How many bytes that is, each record says.",
		whom: ["operator", "reseller"],
		todo: "Nothing, or name the target's `database:`, which carries the use.",
		customers: "The {gigabytes} GB that you used in this period are not counted."
	},
	limit_shrunk: {
		...users,
		severity: "act",
		says: "{records} [has|have] less traffic in every period than [its plan|their plans] [says|say].",
		means: "`resettingPlans: shrink` was chosen: the rest of this period became the limit of each.",
		whom: ["operator", "reseller", "customer"],
		todo: "Set the limits of the plans again when the next period begins.",
		customers: "Until your next period begins you have the rest of this one's traffic."
	},
	reset_dropped: {
		...users,
		severity: "degraded",
		says: "{records} with a limit of 0 [does|do] not reset at the target any more.",
		means:
			"A limit of 0 is no traffic at all at the source and unlimited at Marzban, so it is 1 byte there; a reset would give it anew each period.",
		whom: ["operator", "reseller"],
		todo: "Give them a real limit and their reset period when they renew."
	},
	reset_postponed: {
		...users,
		severity: "degraded",
		says: "{records} [begins|begin] a new period with the move: the next reset comes later than at the source.",
		means: "Marzban counts a period from the day it made the user. Nobody gets a reset sooner than at the source.",
		whom: ["reseller", "customer"],
		todo: "Nothing, or name the target's `database:`, which carries the day of the last reset.",
		customers: "Your traffic period begins anew, so your next reset comes later than before."
	},
	used_traffic_dropped: {
		...users,
		severity: "info",
		says: "{records} without a limit [shows|show] a use of 0 at the target.",
		means: "The API cannot store what was used. Without a limit, nothing depends on it.",
		whom: ["reseller"],
		todo: "Nothing."
	},
	lifetime_dropped: {
		...users,
		severity: "info",
		says: "{records} [begins|begin] to count [its|their] lifetime traffic anew.",
		means: "The API cannot store it. No limit depends on it.",
		whom: ["reseller"],
		todo: "Nothing."
	}
} as const satisfies Meanings;

const time = {
	hold_disabled: {
		...users,
		severity: "act",
		says: "{records} [is|are] disabled and [was|were] waiting for [its|their] first connection.",
		means:
			"Marzban forgets that a disabled user was on hold when somebody makes them active: they would then never expire.",
		whom: ["operator", "reseller"],
		todo: "Enable them as on hold, with their duration, in one step; never as active. Do not press Marzban's reset for everybody before.",
		customers: "Your account is off; your time begins once it is on and you connect."
	},
	expire_clamped: {
		...users,
		severity: ["info", "degraded"],
		says: "{records} [ends|end] sooner at the target, because it cannot hold so late an end.",
		means: `${CLAMPED} Marzban ends in March 9999 (info), on MySQL and MariaDB in January 2038 (degraded).`,
		whom: ["operator"],
		todo: "Nothing before that day; a target on SQLite holds later ones."
	},
	hold_clamped: {
		...users,
		severity: ["info", "degraded"],
		says: "{records} on hold [has|have] a shorter duration at the target, because it cannot hold so late an end.",
		means: `${CLAMPED} A duration that would end beyond it would never end.`,
		whom: ["operator", "reseller"],
		todo: "Nothing where the duration meant for ever; otherwise give them another one."
	},
	deadline_clamped: {
		...users,
		severity: "info",
		says: "{records} on hold [has|have] the last day of the year 9999 as the day to begin by.",
		means: CLAMPED,
		whom: ["operator"],
		todo: "Nothing."
	}
} as const satisfies Meanings;

export const userLosses = {
	...names,
	...accessLosses,
	...traffic,
	...time,
	...fieldLosses
} as const satisfies Meanings;
