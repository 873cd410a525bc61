/** What is taken of a system at most, by whoever asks it: settings that several services share. */

import type { SettingSpec } from "./contract";

export const SYSTEM_LIMITS = {
	panelAnswerBytes: {
		variable: "PANEL_ANSWER_LIMIT",
		rule: "number|integer|min:65536|max:1073741824|default:33554432",
		summary: "the largest answer that is read of a panel or of its database",
		unit: "bytes"
	},
	panelAnswerValues: {
		variable: "PANEL_ANSWER_VALUES",
		rule: "number|integer|min:1000|max:100000000|default:4000000",
		summary: "the most values in one answer of a panel"
	},
	panelAnswerDepth: {
		variable: "PANEL_ANSWER_DEPTH",
		rule: "number|integer|min:16|max:500|default:100",
		summary: "how deep an answer of a panel may be nested"
	},
	panelHeaderBytes: {
		variable: "PANEL_HEADER_LIMIT",
		rule: "number|integer|min:4096|max:1048576|default:32768",
		summary: "the largest head of a panel's answer",
		unit: "bytes"
	},
	panelRecordBytes: {
		variable: "PANEL_RECORD_LIMIT",
		rule: "number|integer|min:4096|max:16777216|default:262144",
		summary: "the largest record of a panel that is moved",
		unit: "bytes"
	},
	panelRecords: {
		variable: "PANEL_RECORDS",
		rule: "number|integer|min:1|max:100000000|default:2000000",
		summary: "the most users that a panel may have"
	},
	panelListed: {
		variable: "PANEL_LISTED",
		rule: "number|integer|min:1|max:1000000|default:100000",
		summary: "the most admins, services, hosts or inbounds that a panel may have"
	},
	panelSeconds: {
		variable: "PANEL_TIME_LIMIT",
		live: true,
		rule: "number|integer|min:10|max:86400|default:14400",
		summary: "the longest that a plan, a check or a look at a panel may take in all",
		unit: "s"
	}
} as const satisfies Record<string, SettingSpec>;
