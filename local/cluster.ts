/** A cluster on this machine, in one folder: what it consists of, prepared so that it can be started. */

import { mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { writeOwnFile } from "../adapters/own-file";
import { environment } from "../environment";
import { certify, NATS } from "./certificates";
import { type Health, healthOf } from "./health";
import { databaseFolder, type Means, natsFile, portOf, redisFile } from "./launch";
import { runningIn } from "./marks";
import { type NatsServer, natsConfig } from "./nats-config";
import { type Place, placeAt } from "./place";
import { portsFor } from "./ports";
import { findPrograms, type Programs } from "./programs";
import { redisConfig } from "./redis-config";
import { identify, secretsIn } from "./secrets";
import { CLUSTER, type Member, membersOf, portsOf, type Shape } from "./shape";
import { readState, type State, writeState } from "./state";
import { configureWatching } from "./watching";

/** Of this tree: this file lies in it, or built one folder down. */
export const ROOT = join(__dirname, ...(basename(dirname(__dirname)) === "dist" ? ["..", ".."] : [".."]));
export const FOLDER = join(ROOT, "data", "cluster");

export interface Cluster {
	readonly place: Place;
	readonly members: readonly Member[];
	readonly means: Means;
}

const OWN = 0o700;

/**
 * Makes what it needs: folders, secrets, ports, configurations. What was there stays.
 * @throws ProgramMissing · NotOurs
 */
export async function prepared(
	folder: string,
	more: Partial<Pick<Means, "shape" | "variables" | "ways">> = {}
): Promise<Cluster> {
	const place = placeAt(folder);
	for (const path of [place.folder, place.secrets, place.logs, place.nodes, place.servers, databaseFolder(place)])
		mkdirSync(path, { recursive: true, mode: OWN });
	const before = readState(place.state);
	const programs = findPrograms(ROOT, environment().PATH ?? "");
	const shape = shapeWith(programs, more.shape ?? before?.shape ?? CLUSTER);
	const members = membersOf(shape);
	// A node that keeps nothing there looks at its disk all the same.
	for (const { name, group } of members)
		if (group !== undefined) mkdirSync(join(place.nodes, name), { recursive: true, mode: OWN });
	const running = runningIn(folder);
	const names = portsOf(members);
	const ports = await portsFor(names, before?.ports ?? {}, name => running.has(name.split(".")[0] ?? ""));
	const secrets = secretsIn(place.secrets);
	identify(place.secrets, members, Date.now());
	certify(ROOT, place);
	const means: Means = {
		...more,
		place,
		programs,
		secrets,
		shape,
		ports,
		ways: more.ways ?? before?.ways ?? {},
		banyan: [process.execPath, join(ROOT, "dist", "start.js")]
	};
	configure(members, means);
	configureWatching(ROOT, members, means);
	writeState(place.state, { shape, ports, ways: means.ways, processes: before?.processes ?? [] });
	return { place, members, means };
}

/** What is not installed is left out. */
const shapeWith = ({ prometheus }: Pick<Programs, "prometheus">, shape: Shape): Shape => ({
	...shape,
	prometheus: shape.prometheus === true && prometheus !== null
});

/** Is there a Prometheus on this machine? */
export const canWatch = (): boolean => findPrograms(ROOT, environment().PATH ?? "").prometheus !== null;

function configure(members: readonly Member[], means: Means): void {
	const { place, ports, secrets } = means;
	const servers = members
		.filter(({ kind }) => kind === "nats")
		.map(
			(member): NatsServer => ({
				name: member.name,
				folder: join(place.servers, member.name),
				clients: portOf(ports, member, "clients"),
				routes: portOf(ports, member, "routes"),
				monitor: portOf(ports, member, "monitor")
			})
		);
	const { of } = secrets;
	const known = { routes: of["nats-routes"], certificate: place.certificate(NATS) };
	for (const server of servers) writeOwnFile(natsFile(place, server.name), natsConfig(server, servers, known));
	const redis = redisConfig(portOf(ports, { name: "redis" }, "clients"), place.servers, of.redis);
	writeOwnFile(redisFile(place), redis);
}

/** How it is now. Undefined where no cluster was ever started in that folder. */
export async function looked(folder: string): Promise<(State & { readonly health: Health[] }) | undefined> {
	const place = placeAt(folder);
	const state = readState(place.state);
	if (!state) return undefined;
	const { ports, shape } = state;
	const password = secretsIn(place.secrets).of.redis;
	return { ...state, health: await healthOf({ folder, members: membersOf(shape), state, ports, password }) };
}
