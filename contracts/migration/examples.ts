/** Examples of the migration's answers: a panel of one reseller and two users, from its plan to its rollback. */

import type { CheckReport } from "./connection";
import type { Plan, StreamPlan } from "./plan";
import type { Status, StreamStatus } from "./status";

const outcomes = { created: 0, updated: 0, unchanged: 0, skipped: 0, quarantined: 0, removed: 0 };
const name = "panel";
const hash = "9f2c1d0e8b7a6f5e4d3c2b1a0f9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a2f1e";
const document = `name: panel
source: { connector: marzneshin, url: "https://old.example.org", username: banyan, password: "\${BANYAN_SECRET_MARZNESHIN_PASSWORD}" }
target: { connector: marzban, url: "https://new.example.org", username: banyan, password: "\${MARZBAN_PASSWORD}" }
`;

const source = { system: "marzneshin", version: "0.7.4", account: "banyan", address: "https://old.example.org" };
const target = { system: "marzban", version: "0.8.4", account: "banyan", address: "https://new.example.org" };

const streamPlan = (stream: string, records: number): StreamPlan => ({
	stream,
	source: records,
	target: 0,
	move: records,
	outcomes: { ...outcomes, created: records },
	quarantine: {},
	losses: {},
	clashes: [],
	clashCount: 0
});
const plan: Plan = {
	name,
	hash,
	ok: true,
	findings: [],
	source,
	target,
	streams: [streamPlan("users", 2)],
	estimateSeconds: 2
};

const untouched = (stream: string, total: number): StreamStatus => ({
	stream,
	total,
	read: 0,
	outcomes,
	quarantine: {},
	losses: {},
	copied: false,
	compared: 0,
	differences: 0,
	extra: null,
	complete: null,
	pass: 0,
	restored: 0,
	changedSince: 0,
	removals: { waiting: 0, left: 0, allowed: 10 }
});
const copied = (stream: string, total: number): StreamStatus => ({
	...untouched(stream, total),
	read: total,
	outcomes: { ...outcomes, created: total },
	copied: true
});

const begun: Status = {
	name,
	hash,
	source,
	target,
	phase: "copying",
	running: true,
	paused: false,
	startedAt: "2026-11-21T09:00:00.000Z",
	finishedAt: null,
	cautions: [],
	streams: [untouched("users", 2)],
	failure: null,
	waiting: null,
	backup: null,
	verdict: null
};
const finished: Status = {
	...begun,
	phase: "finished",
	running: false,
	finishedAt: "2026-11-21T09:00:04.000Z",
	streams: [copied("users", 2)].map(stream => ({
		...stream,
		compared: stream.total,
		extra: 0,
		complete: true,
		pass: 1
	})),
	verdict: {
		result: "clean",
		accountedFor: 2,
		total: 2,
		differences: 0,
		losses: 0,
		severities: { info: 0, degraded: 0, act: 0 },
		needHand: { records: 0, quarantined: 0, skipped: 0, differences: 0, removals: 0, losses: 0 },
		accepted: {},
		certificate: hash,
		unproven: null
	}
};
const comparing: Status = { ...begun, phase: "comparing", streams: [copied("users", 2)] };
const stopped: Status = { ...begun, running: false };

const reached = ({ system, version, account }: typeof source, counts: CheckReport["counts"]): CheckReport => ({
	ok: true,
	system,
	version,
	account,
	findings: [],
	facts: {},
	counts
});

/** By action. */
export const examples = {
	plan: { params: { document }, result: plan },
	artefacts: {
		params: { document, kind: "inbounds", keys: ["reality"] },
		result: { items: [{ tag: "reality", port: 443, protocol: "vless" }], notes: [] }
	},
	inbounds: {
		params: { document, tags: ["reality"] },
		result: { inbounds: [{ tag: "reality", port: 443, protocol: "vless" }], notes: [] }
	},
	start: { params: { name }, result: begun },
	pause: { params: { name, reason: "maintenance" }, result: { ...stopped, paused: true } },
	cancel: { params: { name, reason: "another day" }, result: { ...stopped, phase: "cancelled" } },
	rollback: {
		params: { name, reason: "customers report errors" },
		result: { ...comparing, phase: "rolling-back" }
	},
	compare: { params: { name, reason: "once more before the switch" }, result: comparing },
	repair: { params: { name, reason: "edited by hand" }, result: comparing },
	dryRun: {
		params: { document },
		result: { ...finished, name: "panel-dry-run", verdict: null }
	},
	halt: { params: { name }, result: stopped },
	testSource: { params: { name }, result: reached(source, { admins: 1, users: 2 }) },
	testTarget: { params: { name }, result: reached(target, { admins: 0, users: 0 }) },
	status: { params: { name }, result: finished },
	list: { params: {}, result: [finished] },
	log: {
		params: { name, limit: 200 },
		result: {
			lines: [
				{
					id: "1",
					at: "2026-11-21T08:59:00.000Z",
					event: "planned",
					says: "Planned by marzneshin-to-marzban: 2 users to move."
				},
				{ id: "2", at: "2026-11-21T09:00:00.000Z", event: "taken", says: "A controller took the run over." }
			],
			next: null
		}
	},
	report: {
		params: { name, stream: "users" },
		result: {
			lines: [
				{
					stream: "users",
					id: "42",
					name: "anna",
					owner: "reseller",
					outcome: "created",
					target: "anna",
					losses: [],
					code: null,
					meaning: null,
					reason: null
				}
			],
			next: null
		}
	},
	diff: {
		params: { name, stream: "users" },
		result: {
			lines: [
				{
					stream: "users",
					id: "42",
					name: "anna",
					kind: "different",
					fields: [{ field: "note", expected: "paid until June", actual: "" }]
				}
			],
			next: null
		}
	},
	newSecrets: {
		params: { name, stream: "admins" },
		result: { lines: [{ name: "reseller1", secrets: { password: "made-for-this-one-only" } }], next: null }
	},
	links: {
		params: { name },
		result: {
			lines: [
				{
					username: "anna",
					path: "/sub/anna/8f14e45fceea167a5a36dedd4bea2543",
					target: "https://new.example.org/sub/YW5uYSwxNzYz"
				}
			],
			next: null
		}
	}
} as const;
