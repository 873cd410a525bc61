/**
 * Makes the secrets of a deployment, each once and for its owner alone: `compose` for docker-compose.yml, `k8s` for the
 * overlay of development. What is there stays: a new password would fit nothing that was begun with the old one.
 */

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { IdentityFolder } from "../adapters/identity/folder";
import { environment } from "../environment";
import { GROUPS } from "../local/shape";

const ROOT = join(__dirname, "..");

interface Place {
	readonly folder: string;
	readonly nats: readonly string[];
	readonly redis: string;
	readonly mongodb: string;
}

const SET = "replicaSet=banyan";
const PLACES: Readonly<Record<string, Place>> = {
	compose: {
		folder: "compose/secrets",
		nats: ["nats", "nats-2", "nats-3"],
		redis: "redis://:PASSWORD@redis:6379",
		mongodb: `mongodb://banyan:PASSWORD@mongodb:27017/banyan?${SET}`
	},
	k8s: {
		folder: "k8s/overlays/development/secrets",
		nats: ["nats-0.nats", "nats-1.nats", "nats-2.nats"],
		redis: "rediss://:PASSWORD@redis:6379",
		mongodb: `mongodb://banyan:PASSWORD@mongodb-0.mongodb:27017/banyan?${SET}&tls=true`
	}
};

/** Nobody but its owner comes into the folder; a container, into which a file alone is mounted, has another user. */
const [FOLDER_MODE, FILE_MODE] = [0o700, 0o444];

/** Hex needs no escaping, in a URL nor in a configuration. */
const password = (): string => randomBytes(24).toString("hex");

/** @param folder instead of the place's own @throws a sentence where there is no such place */
export function makeSecrets(kind: string, folder = join(ROOT, PLACES[kind]?.folder ?? "")): void {
	const place = PLACES[kind];
	if (!place) throw new Error(`Say for what: ${Object.keys(PLACES).join(" or ")}.`);
	mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
	chmodSync(folder, FOLDER_MODE);
	const once = (name: string, make: () => string): string => {
		const file = join(folder, name);
		if (!existsSync(file)) writeFileSync(file, `${make()}\n`, { mode: FILE_MODE });
		return readFileSync(file, "utf8").trim();
	};
	once("cluster.key", () => randomBytes(32).toString("base64"));
	const redis = once("redis-password", password);
	const mongodb = once("mongodb-password", password);
	const routes = once("nats-routes-password", password);
	once("mongodb-root-password", password);
	once("mongodb-set.key", () => randomBytes(96).toString("base64"));
	once("grafana-password", password);
	// What follows from them.
	once("redis.conf", () => `requirepass ${redis}`);
	once("redis.url", () => place.redis.replace("PASSWORD", redis));
	once("mongodb.url", () => place.mongodb.replace("PASSWORD", mongodb));
	once("nats-routes.conf", () => routesOf(place.nats, routes));
	certify(join(folder, "certificates"), place.nats);
	identify(folder);
}

const HERE = ["localhost", "127.0.0.1"];

/** An authority of its own; a certificate for each server that shows one, and for each group of nodes, which NATS knows by it. */
function certify(folder: string, nats: readonly string[]): void {
	const run = (...args: readonly string[]): void => {
		const env = { ...environment(), CERTIFICATES: folder };
		execFileSync(join(ROOT, "scripts", "certificates"), args, { env, stdio: ["ignore", "ignore", "inherit"] });
	};
	if (!existsSync(join(folder, "ca.crt"))) run("authority");
	run("issue", "nats", ...nats, ...HERE);
	run("issue", "redis", "redis", ...HERE);
	run("issue", "mongodb", "mongodb", "mongodb-0.mongodb", ...HERE);
	for (const group of [...Object.keys(GROUPS), "operator"]) run("issue", group, group, ...HERE);
	// MongoDB takes both in one file.
	const [cert, key] = ["mongodb.crt", "mongodb.key"].map(name => readFileSync(join(folder, name), "utf8"));
	replace(join(folder, "mongodb.pem"), `${cert}${key}`);
	for (const name of readdirSync(folder)) if (/\.(crt|key)$/.test(name)) chmodSync(join(folder, name), FILE_MODE);
}

const DAYS = 365;

/** An authority that says who nodes are to each other, and an identity for each group: its nodes' names begin with it. */
function identify(folder: string): void {
	const identities = new IdentityFolder(join(folder, "identities"));
	identities.init();
	for (const [name, services] of Object.entries(GROUPS)) {
		if (existsSync(identities.file(name))) continue;
		identities.issue({ name, nodes: [`${name}.*`], services, days: DAYS }, Date.now());
	}
	// Those of a container are copies: the folder's own stay as it wants them.
	for (const [from, to] of [
		[identities.authorities, "authorities.json"],
		...Object.keys(GROUPS).map(name => [identities.file(name), `identity-${name}.json`])
	] as const)
		replace(join(folder, to), readFileSync(from, "utf8"));
}

function replace(file: string, content: string): void {
	rmSync(file, { force: true });
	writeFileSync(file, content, { mode: FILE_MODE });
}

const routesOf = (servers: readonly string[], secret: string): string =>
	[
		"authorization {",
		'  user: "routes"',
		`  password: "${secret}"`,
		"}",
		`routes: [${servers.map(host => `"nats-route://routes:${secret}@${host}:6222"`).join(", ")}]`
	].join("\n");

if (require.main === module) makeSecrets(process.argv[2] ?? "");
