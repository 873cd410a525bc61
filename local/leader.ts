/** Which NATS server leads the event store's stream, as the servers themselves say. */

import { isFields, propertyOf, textOf } from "../domain/unknown";

const LIMIT_MS = 1_000;

/** Its name; null while there is none. Where there is no stream, who leads JetStream itself. @param monitors ports */
export async function leaderAt(monitors: readonly number[]): Promise<string | null> {
	const said = await Promise.all(monitors.map(jetStreamAt));
	const streams = said.flatMap(streamLeaders);
	const meta = said.flatMap(each => textOf(propertyOf(each, "meta_cluster"), "leader") ?? []);
	return streams[0] ?? meta[0] ?? null;
}

const listOf = (value: unknown, name: string): readonly unknown[] => {
	const found = propertyOf(value, name);
	return Array.isArray(found) ? found : [];
};

function streamLeaders(said: unknown): string[] {
	const streams = listOf(said, "account_details").flatMap(account => listOf(account, "stream_detail"));
	return streams.flatMap(stream => textOf(propertyOf(stream, "cluster"), "leader") ?? []);
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
