/** What became of people who were erased: asked for, begun, told to all services, and what each of them said. */

import { failure } from "../../../cluster/errors";
import type { Remainder } from "../../../contracts/personal";
import { type Erasure, keyOf } from "../../../domain/community/users/records";
import { getOf, type People, readOf, settled, still } from "./people";

export interface Said {
	readonly request: string;
	readonly service: string;
	readonly count: number;
	readonly kept: readonly Remainder[];
}

/** Where auth did not answer it is asked again after so many ms. */
const AGAIN_MS = 30_000;
const DAY_MS = 86_400_000;

const unknown = (request: string): Erasure => ({
	id: keyOf("erasure", request),
	kind: "erasure",
	request,
	account: null,
	at: now(),
	plannedFor: null,
	begunAt: null,
	toldAt: null,
	services: {}
});
const now = (): string => new Date().toISOString();

/** Changes the report of a request; one that nobody spoke of yet begins. */
function changed(people: People, request: string, change: (report: Erasure) => Erasure): Promise<Erasure> {
	return settled(async () => {
		const found = await readOf(people, "erasure", request);
		const report = change(found?.record ?? unknown(request));
		await people.write([found ? still(found, report) : { insert: report }]);
		return report;
	});
}

/** Asked for twice it is one. */
export const planned = (people: People, request: string, account: string, graceS: number): Promise<Erasure> =>
	changed(people, request, report => {
		if (report.plannedFor !== null || report.begunAt !== null) return report;
		const due = Date.now() + graceS * 1_000;
		return { ...report, account, plannedFor: new Date(due).toISOString(), due };
	});

/** From here on it cannot be taken back; auth is asked again until all are told. */
export const begun = (people: People, request: string): Promise<Erasure> =>
	changed(people, request, report => ({ ...report, begunAt: report.begunAt ?? now(), due: Date.now() + AGAIN_MS }));

/** All services are told; the report is removed in the end. */
export const told = (people: People, request: string, account: string, reportDays: number): Promise<Erasure> =>
	changed(people, request, report => ({
		...report,
		account,
		begunAt: report.begunAt ?? now(),
		toldAt: report.toldAt ?? now(),
		due: Date.now() + reportDays * DAY_MS
	}));

/** What a service says, as often as it says so. */
export const noted = (people: People, { request, service, count, kept }: Said): Promise<Erasure> =>
	changed(people, request, report => {
		// Told once more it finds nothing, or what came meanwhile.
		const most = Math.max(count, report.services[service]?.count ?? 0);
		return { ...report, services: { ...report.services, [service]: { count: most, kept, at: now() } } };
	});

/** Takes back one that has not begun. @throws ERASURE_NOT_FOUND */
export function takenBack(people: People, request: string): Promise<Erasure> {
	return settled(async () => {
		const found = await readOf(people, "erasure", request);
		if (!found || found.record.begunAt !== null)
			throw failure("ERASURE_NOT_FOUND", "No erasure waits that could be taken back.");
		await people.write([{ remove: found.record.id, expected: found.version }]);
		return found.record;
	});
}

/** @throws ERASURE_NOT_FOUND */
export async function mustReport(people: People, request: string): Promise<Erasure> {
	const found = await getOf(people, "erasure", request);
	if (found) return found;
	throw noSuch();
}

export const noSuch = () => failure("ERASURE_NOT_FOUND", "There is no such erasure, or this is not its token.");
