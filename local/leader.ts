/** Which NATS servers lead the streams that the nodes keep their events in, as the servers themselves say. */

import { isFields, propertyOf, textOf } from "../domain/unknown";

const LIMIT_MS = 1_000;

/** What one server says: the leader of each stream, null where it knows none. It says nothing where it is down. */
export type Led = ReadonlyMap<string, string | null>;

/** @param monitors ports */
export const ledAt = (monitors: readonly number[]): Promise<Led[]> => Promise.all(monitors.map(streamsAt));

/** The server that leads the event store: of its streams the one with the shortest name. Pure. */
export function leaderOf(said: readonly Led[]): string | null {
	const led = said.flatMap(each => [...each]).filter((each): each is [string, string] => each[1] !== null);
	led.sort(([a], [b]) => a.length - b.length);
	return led[0]?.[1] ?? null;
}

/** Has every stream a leader again, after the death of `gone`? It may be back, and chosen again: it says so itself. Pure. */
export function isLedWithout(gone: string, own: Led, others: readonly Led[]): boolean {
	const streams = new Set(others.flatMap(each => [...each.keys()]));
	const isLed = (stream: string): boolean =>
		own.get(stream) === gone ||
		others.filter(each => each.has(stream)).every(each => ![null, gone].includes(each.get(stream) ?? null));
	return streams.size > 0 && [...streams].every(isLed);
}

const listOf = (value: unknown, name: string): readonly unknown[] => {
	const found = propertyOf(value, name);
	return Array.isArray(found) ? found : [];
};

async function streamsAt(monitor: number): Promise<Led> {
	const said = await jetStreamAt(monitor);
	const streams = listOf(said, "account_details").flatMap(account => listOf(account, "stream_detail"));
	return new Map(
		streams.map(stream => [textOf(stream, "name") ?? "", textOf(propertyOf(stream, "cluster"), "leader") || null])
	);
}

async function jetStreamAt(monitor: number): Promise<unknown> {
	try {
		const url = `http://127.0.0.1:${monitor}/jsz?accounts=true&streams=true`;
		const said: unknown = await (await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS) })).json();
		return isFields(said) ? said : {};
	} catch {
		return {};
	}
}
