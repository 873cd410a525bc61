/** A cluster of its own for a trial by faults: wires before some nodes, sample panels, a migration that rests. */

import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { readOwnFile } from "../../adapters/own-file";
import { textOf } from "../../domain/unknown";
import { prepared, ROOT } from "../cluster";
import { brought, keyFileIn, taken } from "../commands";
import { isWell } from "../health";
import { serversOf } from "../launch";
import { markFor } from "../marks";
import { freePort } from "../ports";
import { CLUSTER, type Shape } from "../shape";
import { addressOf, healthWords } from "../text";
import { Client } from "./client";
import type { Hands } from "./faults";
import { WIRED } from "./faults";
import { allWell, awaited, handsOn } from "./hands";
import { openOwnWires } from "./own-wires";
import { openPanels } from "./panels";
import { openToxiproxy } from "./toxiproxy";
import type { Wires } from "./wires";

export interface Stage extends AsyncDisposable {
	readonly hands: Hands;
	readonly client: Client;
	readonly urls: readonly string[];
	readonly key: string;
	/** It is begun, and rests. */
	readonly migration: string;
	well(): Promise<boolean>;
}

/** A load makes more keys and answers than any operator does. */
const ROOMY = {
	API_KEYS: "1000000",
	IDEMPOTENCY_ANSWERS: "10000000",
	IDEMPOTENCY_ANSWERS_EACH: "10000000",
	IDEMPOTENCY_BYTES_EACH: "1073741824",
	// All of them come from one address, and whoever had no answer asks again for longer than a browser would.
	GUESSES_NETWORK: "10000000",
	REFRESH_GRACE: "120",
	CONNECT_ALLOW: "loopback",
	LOG_LEVEL: "warn"
};
const MIGRATION = "chaos";

const toxiproxy = join(ROOT, ".cache", "toxiproxy", "bin", "server");
const isInstalled = (): boolean => {
	try {
		accessSync(toxiproxy, constants.X_OK);
		return true;
	} catch {
		return false;
	}
};

/** What looks at it takes part of the machine, and nothing that is measured needs it. */
const UNWATCHED: Shape = { ...CLUSTER, prometheus: false };

/** @throws where the cluster does not come up */
export async function openStage(folder: string, shape: Shape = UNWATCHED): Promise<Stage> {
	await taken(folder, true);
	const { means } = await prepared(folder, { shape });
	const mark = markFor(folder, "chaos");
	const servers = serversOf(means);
	const all = [...servers.nats, servers.redis, servers.database];
	const wires = new Map<string, Wires>();
	for (const name of WIRED)
		wires.set(
			name,
			isInstalled() ? await openToxiproxy(toxiproxy, all, freePort, mark) : await openOwnWires(all, freePort)
		);
	const ways = Object.fromEntries(
		[...wires].map(([name, wire]) => [
			name,
			{
				nats: servers.nats.map(port => wire.portTo(port)),
				redis: wire.portTo(servers.redis),
				database: wire.portTo(servers.database)
			}
		])
	);
	const { members } = await prepared(folder, { shape, ways });
	const panels = await openPanels(MIGRATION, mark);
	const health = await brought(folder, { variables: ROOMY });
	if (!isWell(health)) throw new Error(`The cluster did not come up. ${healthWords(health)} See ${means.place.logs}.`);
	const urls = members.filter(({ kind }) => kind === "gateway").map(member => addressOf(member, means.ports));
	const key = readOwnFile(String(keyFileIn(folder)))
		.toString()
		.trim();
	const client = new Client(urls, key);
	await beginAndRest(client, panels.definition);
	return {
		hands: handsOn({ folder, shape: means.shape, ports: means.ports, wires }),
		client,
		urls,
		key,
		migration: MIGRATION,
		well: () => allWell(folder),
		[Symbol.asyncDispose]: async () => {
			await client.close();
			await taken(folder);
			for (const wire of wires.values()) await wire[Symbol.asyncDispose]();
			await panels[Symbol.asyncDispose]();
		}
	};
}

/** Moves one, and rests: what is recorded of it from then on is what is asked of it. */
async function beginAndRest(client: Client, definition: object): Promise<void> {
	const path = `/api/v1/migrations/${MIGRATION}`;
	const plan = await must(client, "POST", "/api/v1/migrations/plan", { document: JSON.stringify(definition) });
	const hash = textOf(plan, "hash");
	await must(client, "POST", `${path}/start`, { limit: 1, ...(hash !== undefined && { hash }) });
	await awaited(async () => {
		const { answer } = await client.ask({ method: "GET", path, again: true });
		const body = answer?.body;
		return textOf(body, "phase") !== undefined && Reflect.get(Object(body), "paused") === true;
	}, `the migration '${MIGRATION}' rests`);
}

async function must(client: Client, method: "POST", path: string, body: object): Promise<unknown> {
	const { answer, why } = await client.ask({ method, path, body, again: true, tryMs: 60_000 });
	if (answer !== null && answer.status < 300) return answer.body;
	throw new Error(`${method} ${path}: ${answer?.status ?? why} ${JSON.stringify(answer?.body)}`);
}
