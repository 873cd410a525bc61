/** Statuses as a migration may have them, for what is shown of them. */

import fc from "fast-check";
import { PHASES, type Status, type StreamStatus } from "../../contracts/migration/migration";
import { OUTCOMES } from "../../contracts/migration/records";

const noOutcomes = Object.fromEntries(OUTCOMES.map(outcome => [outcome, 0])) as StreamStatus["outcomes"];

export const streamWith = (stream: string, changes: Partial<StreamStatus> = {}): StreamStatus => ({
	stream,
	total: 0,
	read: 0,
	outcomes: noOutcomes,
	quarantine: {},
	losses: {},
	copied: false,
	compared: 0,
	differences: 0,
	extra: null,
	complete: null,
	pass: 1,
	restored: 0,
	changedSince: 0,
	removals: { waiting: 0, left: 0, allowed: 10 },
	...changes
});

export const statusWith = (changes: Partial<Status> = {}): Status => ({
	name: "panel",
	hash: "0",
	source: { system: "marzneshin", version: "0.7.4", account: "admin" },
	target: { system: "marzban", version: "0.8.4", account: "admin" },
	cautions: [],
	phase: "copying",
	running: true,
	paused: false,
	startedAt: "2026-11-26T12:00:00.000Z",
	finishedAt: null,
	streams: [],
	failure: null,
	waiting: null,
	backup: null,
	verdict: null,
	...changes
});

const anyStream = (stream: string): fc.Arbitrary<StreamStatus> =>
	fc
		.record({
			total: fc.nat(1_000_000),
			read: fc.nat(1_000_000),
			outcomes: fc.record(Object.fromEntries(OUTCOMES.map(outcome => [outcome, fc.nat(1_000_000)]))),
			copied: fc.boolean(),
			compared: fc.nat(1_000_000),
			differences: fc.nat(1000),
			extra: fc.option(fc.nat(1000)),
			complete: fc.option(fc.boolean()),
			pass: fc.integer({ min: 1, max: 100 }),
			restored: fc.nat(1_000_000),
			changedSince: fc.nat(1000)
		})
		.map(changes => streamWith(stream, changes as Partial<StreamStatus>));

/** Of any phase, with any counts. */
export const anyStatus: fc.Arbitrary<Status> = fc
	.tuple(fc.constantFrom(...PHASES), anyStream("admins"), anyStream("services"), anyStream("users"))
	.map(([phase, ...streams]) => statusWith({ phase, streams }));
