/** Who is affected, and how, in words that a reseller understands: a table for a spreadsheet. */

import type { Loss, ReportLine } from "../contracts/migration/records";

/** By code of a loss: what the customer will notice. Losses that nobody notices are not named. */
const WORDS: Readonly<Record<string, (loss: Loss) => string>> = {
	renamed: ({ reason }) => `Has a new user name. ${reason}`,
	limited_disabled: () => "Had used up the traffic and is switched off: switch on again with a new limit.",
	limited_one_byte: () => "Had used up the traffic: stops at the first byte until the limit is raised.",
	access_lost: ({ reason }) => `Cannot connect any more. ${reason}`,
	inbound_dropped: ({ reason }) => `Can connect in fewer ways than before. ${reason}`,
	quota_gain: ({ amount }) => `Gets this period's traffic once more (${gigabytes(amount)} GB were used).`,
	limit_shrunk: ({ amount }) => `Has less traffic in every period (${gigabytes(amount)} GB less).`,
	owner_assigned: ({ reason }) => reason
};

const gigabytes = (bytes = "0"): string => (Number(BigInt(bytes) / 10_000_000n) / 100).toFixed(2);

const NOT_MOVED = "Was not moved, and cannot connect until someone does it by hand.";
/** A change came too late, or a part of what was moved could not be taken away again. */
const NOT_WHOLE = "Is there, and not as it should be until someone mends it by hand.";

const notMoved = (outcome: ReportLine["outcome"], target: string | null, reason: string | null): string =>
	`${outcome === "quarantined" && target !== null ? NOT_WHOLE : NOT_MOVED} ${reason ?? ""}`.trim();

/** One line of RFC 4180 a customer who notices something; texts that a spreadsheet would take for a formula are told apart. */
export async function* customersCsv(lines: AsyncIterable<ReportLine>): AsyncGenerator<string> {
	yield "user name,new user name,what changes\r\n";
	for await (const { stream, name, target, outcome, losses, reason } of lines) {
		if (stream !== "users") continue;
		const said = losses.flatMap(loss => WORDS[loss.code]?.(loss) ?? (loss.severity === "act" ? loss.reason : []));
		if (outcome === "quarantined" || outcome === "skipped") said.push(notMoved(outcome, target, reason));
		if (said.length > 0) yield `${[name, target ?? "", said.join(" ")].map(cell).join(",")}\r\n`;
	}
}

/** A field of RFC 4180. */
export const cell = (text: string): string => {
	const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
	return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
