/** A node with sessions alone, and somebody who listens to what they announce. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBroker } from "moleculer";
import type { Collection } from "../../adapters/collection";
import type { Broker, Meta } from "../../cluster";
import type { PayloadOf } from "../../contracts/contract";
import type { Person, SignedIn } from "../../contracts/people";
import type { Refreshed, sessions } from "../../contracts/platform/sessions";
import { readConfig } from "../../moleculer.config";
import { serviceClass } from "../../node";
import type { StoredSession } from "../../services/platform/sessions/record";

export type Reused = PayloadOf<typeof sessions.events.reused>;
export const CLIENT = { address: "203.0.113.7", agent: "Firefox", device: null };

export interface SessionsNode extends AsyncDisposable {
	readonly node: Broker;
	/** As they were told. */
	readonly reused: readonly Reused[];
	/** What an operator reads. */
	readonly log: readonly string[];
}

export async function openSessions(settings: Record<string, string> = {}): Promise<SessionsNode> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-sessions-"));
	const { services, ...options } = readConfig(
		{ SERVICES: "sessions,signing", DATA_DIR: folder, EVENT_TRIES: "1", ...settings },
		{ logLevel: "warn", logFile: 2 }
	);
	const reused: Reused[] = [];
	const log: string[] = [];
	const broker = new ServiceBroker({ ...options, logger: false, skipProcessEventRegistration: true });
	for (const name of services) broker.createService(serviceClass(name) as never);
	broker.createService({
		name: "listener",
		events: { "sessions.reused": { durable: true, handler: (ctx: { params: Reused }) => void reused.push(ctx.params) } }
	} as never);
	await broker.start();
	const { logger: said } = broker.getLocalService("sessions");
	said.warn = (sentence: string) => log.push(sentence);
	return {
		node: broker as unknown as Broker,
		reused,
		log,
		[Symbol.asyncDispose]: async () => {
			await broker.stop();
			rmSync(folder, { recursive: true });
		}
	};
}

export const openSession = (node: Broker, account = "ann"): Promise<SignedIn> =>
	node.call("sessions.open", { account, scopes: ["keys:manage"], factors: ["password"], client: CLIENT, device: null });

export const refreshed = (
	node: Broker,
	refreshToken: string,
	meta: Partial<Meta> = { client: CLIENT }
): Promise<Refreshed> => node.call("sessions.refresh", { refreshToken }, { meta });

/** Its code, where it is refused. */
export const refusedAs = (work: Promise<unknown>): Promise<string> =>
	work.then(
		() => "not refused",
		error => error.type
	);

export const checked = (node: Broker, token: string): Promise<Person | null> => node.call("sessions.check", { token });

export const stored = (node: Broker): Collection<StoredSession> =>
	(node.getLocalService("sessions") as unknown as { sessions: Collection<StoredSession> }).sessions;

/** As though so much time had gone by since it was refreshed last. */
export async function aged(node: Broker, session: string, ms: number): Promise<void> {
	const found = await stored(node).get(session);
	if (found) await stored(node).put({ ...found, rotatedAt: found.rotatedAt - ms });
}
