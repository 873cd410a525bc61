/**
 * A node of its own process that stands for the services behind a gateway: it knows one key, and writes down each thing
 * that it is told to do, so that a test can count what was done twice, or not at all. `COUNT_FILE` is where, `WORK_MS` how
 * long each takes, `COUNTING_ONLY` one service that it runs alone. It lives and ends as any node does.
 */

import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type Context, ServiceBroker, type ServiceSchema } from "moleculer";
import { NEEDED } from "../../cluster/alone";
import { stopWhenTold, toldBySignals } from "../../cluster/stopping";
import { SCOPES } from "../../contracts/cluster";
import { readConfig } from "../../moleculer.config";

/** What such a node is started with. */
export const COUNTING = { cwd: process.cwd(), program: ["--import", "tsx", __filename] } as const;

const KEY = { id: "k-1", name: "load", scopes: Object.keys(SCOPES), createdAt: "2026-11-21T09:00:00.000Z" };

async function main(): Promise<void> {
	const { services: _, ...options } = readConfig(process.env);
	const broker = new ServiceBroker({ ...options, skipProcessEventRegistration: true });
	const workMs = Number(process.env.WORK_MS ?? 10);
	const said = async ({ params }: Context<{ name: string }>) => {
		await sleep(workMs);
		return { name: params.name, node: broker.nodeID };
	};
	const { COUNTING_ONLY: only } = process.env;
	const add = (service: ServiceSchema): unknown =>
		only === undefined || only === service.name ? broker.createService(service) : undefined;
	let lists = 0;
	add({ name: "access", actions: { check: () => KEY } });
	add({
		name: "migration",
		actions: {
			list: () => {
				lists++;
				return Array.from({ length: 100 }, (_, at) => ({ name: `migration-${at}`, nth: lists, node: broker.nodeID }));
			},
			// By its contract twice is once.
			status: said,
			// And this is not.
			pause(ctx: Context<{ name: string }>) {
				appendFileSync(String(process.env.COUNT_FILE), `${ctx.params.name}\n`);
				return said(ctx);
			}
		}
	});
	// A gateway waits for all of them.
	for (const name of NEEDED) if (!broker.getLocalService(name)) broker.createService({ name });
	const told = toldBySignals();
	await broker.start();
	stopWhenTold(broker, told);
}

if (require.main === module) void main();
