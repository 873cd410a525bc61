/** What became of people who were erased, service by service. */

import type { Remainder } from "../../../contracts/personal";
import { type Erasure, keyOf } from "../../../domain/community/users/records";
import { type People, readOf, settled } from "./people";

export interface Said {
	readonly request: string;
	readonly service: string;
	readonly count: number;
	readonly kept: readonly Remainder[];
}

const unknown = (request: string, at: string): Erasure => ({
	id: keyOf("erasure", request),
	kind: "erasure",
	request,
	account: null,
	at,
	begunAt: null,
	services: {}
});

/** Changes the report of a request; one that nobody spoke of yet begins. */
export function changed(people: People, request: string, change: (report: Erasure) => Erasure): Promise<void> {
	return settled(async () => {
		const found = await readOf(people, "erasure", request);
		const report = change(found?.record ?? unknown(request, new Date().toISOString()));
		await people.write([found ? { put: report, expected: found.version } : { insert: report }]);
	});
}

/** What a service says is kept, the last time that it says so. */
export const noted = (people: People, { request, service, count, kept }: Said): Promise<void> =>
	changed(people, request, report => ({
		...report,
		services: { ...report.services, [service]: { count, kept, at: new Date().toISOString() } }
	}));

/** It was announced. */
export const announced = (people: People, request: string, account: string): Promise<void> =>
	changed(people, request, report => ({
		...report,
		account,
		begunAt: report.begunAt ?? new Date().toISOString()
	}));
