/** A finished migration of any size, as the report is given it: every kind of outcome, awkward and hostile names. */

import { htmlReport } from "../../cli/report";
import type { LossCount, Status, StreamStatus } from "../../contracts/migration/migration";
import type { Outcome, ReportLine, SaidLoss, Severity } from "../../contracts/migration/records";
import { VOCABULARY } from "../../domain/migration/mappings";
import { lossPath } from "../../domain/migration/vocabulary";

/** Whatever of it is not shown as text would set `window.hacked`, or ask somebody for a picture. */
export const HOSTILE = [
	"<img src=https://evil.example/x.png onerror=window.hacked=1>",
	"</script><script>window.hacked=1</script>",
	"<!--<script>",
	"\u2028window.hacked=1\u2029",
	`"'onmouseover=window.hacked=1 x='`,
	"javascript:window.hacked=1"
];
const NAMES = ["ali_rezaei", "کاربر_فارسی", "😀two_emoji😀", "a\u202Eb", "x".repeat(200), ...HOSTILE];

const lost = (code: string, severity: Severity, reason: string): SaidLoss => ({
	code,
	field: "field",
	severity,
	reason,
	meaning: lossPath(code)
});

/** Of every `each` records one, beginning with the `first`. */
const SPREAD: readonly (readonly [each: number, first: number, lost: (name: string, nth: number) => SaidLoss])[] = [
	[3, 0, () => lost("limit_is_remainder", "info", "The target cannot store used traffic: the rest is the limit.")],
	[7, 2, (name, nth) => lost("renamed", "act", `'${name}' is 'user-${nth}' at the target.`)],
	[11, 3, (_, nth) => lost("limited_disabled", "act", `They have used ${nth} of 100 bytes.`)],
	[13, 4, () => lost("quota_gain", "degraded", "This period's use is forgotten once.")]
];

function lineOf(nth: number): ReportLine {
	const plain = NAMES[nth % NAMES.length] as string;
	const name = nth < NAMES.length ? plain : `${plain}_${nth}`;
	const base = { stream: "users", id: String(nth + 1), name, owner: nth % 4 === 0 ? null : `reseller ${nth % 4}` };
	const why = (code: string, outcome: Outcome, target: string | null, reason: string): ReportLine => {
		return { ...base, outcome, target, losses: [], code, meaning: lossPath(code), reason };
	};
	if (nth % 97 === 5) return why("owner_missing", "quarantined", null, `owner_missing: Nobody is ${HOSTILE[1]}.`);
	if (nth % 101 === 6) return why("skipped", "skipped", name, "A record of that name stands at the target.");
	const losses = SPREAD.filter(([each, first]) => nth % each === first).map(([, , make]) => make(name, nth));
	const target = losses.some(({ code }) => code === "renamed") ? `user-${nth}` : name;
	return { ...base, outcome: "created", target, losses, code: null, meaning: null, reason: null };
}

const NONE = { created: 0, updated: 0, unchanged: 0, skipped: 0, quarantined: 0, removed: 0 };

function streamOf(count: number): { stream: StreamStatus; hand: number } {
	const outcomes = { ...NONE };
	const [quarantine, losses] = [{} as Record<string, LossCount>, {} as Record<string, LossCount>];
	const add = (tally: Record<string, LossCount>, code: string, severity: Severity): void => {
		const found = tally[code]?.count ?? 0;
		const said = { reason: "", meaning: lossPath(code), severity, severities: { [severity]: found + 1 } };
		tally[code] = { ...said, count: found + 1 };
	};
	let hand = 0;
	for (let nth = 0; nth < count; nth++) {
		const { outcome, code, losses: all } = lineOf(nth);
		outcomes[outcome]++;
		if (outcome === "quarantined" && code !== null) add(quarantine, code, "act");
		for (const loss of all) add(losses, loss.code, loss.severity);
		if (code !== null || all.some(({ severity }) => severity === "act")) hand++;
	}
	const removals = { waiting: 0, left: 0, allowed: 10 };
	const counts = {
		removals,
		total: count,
		read: count,
		compared: count,
		differences: 0,
		extra: 3,
		restored: 0,
		changedSince: 0
	};
	const stream = { stream: "users", outcomes, quarantine, losses, copied: true, complete: true, pass: 1, ...counts };
	return { stream, hand };
}

export const statusOf = (count: number, changes: Partial<Status> = {}): Status => {
	const { stream, hand } = streamOf(count);
	const needHand = { records: hand, quarantined: 0, skipped: 0, differences: 0, removals: 0, losses: hand };
	return {
		name: "panel",
		hash: "h",
		source: { system: "marzneshin", version: "0.7.4", account: "root", address: "https://old.example:8000/panel" },
		target: { system: "marzban", version: "0.8.4", account: "root", address: "https://new.example" },
		cautions: [],
		phase: "finished",
		running: false,
		paused: false,
		startedAt: "2026-11-26T15:01:27.000Z",
		finishedAt: "2026-11-26T15:14:41.000Z",
		streams: [stream],
		failure: null,
		waiting: null,
		backup: null,
		verdict: {
			result: "attention",
			accountedFor: count,
			total: count,
			differences: 0,
			losses: 0,
			severities: { info: 0, degraded: 0, act: 0 },
			needHand,
			accepted: {},
			certificate: "9f2c1d0e8b7a6f5e4d3c2b1a0f9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a2f1e",
			unproven: null
		},
		...changes
	};
};

export async function* linesOf(count: number): AsyncGenerator<ReportLine> {
	for (let nth = 0; nth < count; nth++) yield lineOf(nth);
}

export async function* none(): AsyncGenerator<never> {
	// Nothing was found.
}

/** The page of so many records, in the parts that it is written in. */
export const pageOf = (count: number, changes: Partial<Status> = {}): AsyncGenerator<string> =>
	htmlReport({
		status: statusOf(count, changes),
		lines: linesOf(count),
		differences: none(),
		server: null,
		words: VOCABULARY
	});
