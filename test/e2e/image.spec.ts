/**
 * The image of the Dockerfile, and what docker-compose.yml makes of it: built by its own instructions, and run as five groups of
 * nodes with NATS, Redis and a database as the files set them. No engine is needed: what an engine gives a process (a root that
 * it cannot write, a network with names, a user without powers, secrets as files) is given here by the kernel itself.
 */

import {
	chmodSync,
	chownSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	symlinkSync,
	writeFileSync
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GROUPS } from "../../local/shape";
import { makeSecrets } from "../../scripts/deployment-secrets";
import { type Container, Host, type Mount } from "../support/containers";
import { composed, type Deployed, ROOT } from "../support/deployed";
import { asRoot, mountDisk, unmountDisk } from "../support/disks";
import { buildImage, type Image } from "../support/image";
import { NATS_SERVER } from "../support/servers";
import { until } from "../support/until";

const folder = mkdtempSync(join(tmpdir(), "banyan-image-"));
const secrets = join(folder, "secrets");
const deployed = composed("docker-compose.yml");
const servers = new Map<string, Container>();
const nodes = new Map<string, Container>();
let image: Image;
let host: Host | undefined;

const isRoot = process.getuid?.() === 0;
const USER = 10_001;

beforeAll(async () => {
	if (!isRoot) return;
	// The layers of an image are no part of the root that they are laid over.
	mountDisk(folder, "size=2g", "mode=755");
	image = buildImage(folder);
	makeSecrets("compose", secrets);
	writeFileSync(join(secrets, "mongodb.url"), "mongodb://mongodb:27017/banyan?directConnection=true\n");
	host = await Host.open(join(folder, "host"), ["nats", "mongodb", "redis", ...deployed.map(({ name }) => name)]);
	await startServers(host);
	await Promise.all(deployed.map(async one => nodes.set(one.name, await startNode(host as Host, one))));
	// An image is built, and seven processes are started.
}, 900_000);
afterAll(async () => {
	await host?.[Symbol.asyncDispose]();
	unmountDisk(folder);
	rmSync(folder, { recursive: true, force: true });
});

/** Files under other names, in a folder of their own. */
function put(name: string, files: Readonly<Record<string, string>>): string {
	const into = join(folder, name);
	mkdirSync(into);
	for (const [as, from] of Object.entries(files)) cpSync(from, join(into, as));
	return into;
}

const secret = (name: string): string =>
	existsSync(join(secrets, name)) ? join(secrets, name) : join(secrets, "certificates", name);
const MEMORY: Mount = { at: "/data", options: "mode=700" };

async function startServers(on: Host): Promise<void> {
	const server = { layers: image.layers.slice(1), folder: "/" };
	const pki = Object.fromEntries(["ca.crt", "nats.crt", "nats.key"].map(name => [name, secret(name)]));
	const config = (name: string): string => join(ROOT, "compose", name);
	const nats = await on.start(undefined, {
		...server,
		name: "nats",
		variables: { NATS_NAME: "nats" },
		mounts: [
			MEMORY,
			{ at: "/run/secrets", from: put("nats-secrets", pki) },
			{
				at: "/etc/nats",
				from: put("nats-config", { "nats.conf": config("nats.conf"), "accounts.conf": config("nats-accounts.conf") })
			}
		],
		command: [NATS_SERVER, "--config", "/etc/nats/nats.conf"]
	});
	await on.start(undefined, {
		...server,
		name: "redis",
		variables: {},
		mounts: [
			MEMORY,
			{ at: "/run/secrets", from: put("redis-secrets", { "redis.conf": secret("redis.conf") }) },
			{ at: "/etc/redis", from: put("redis-config", { "redis.conf": config("redis.conf") }) }
		],
		command: ["redis-server", "/etc/redis/redis.conf"]
	});
	// In MongoDB's place: what speaks its protocol.
	const mongodb = await on.start(undefined, {
		...server,
		name: "mongodb",
		variables: {},
		mounts: [MEMORY],
		command: [
			...[join(ROOT, ".cache", "secantus", "bin", "secantusd-py"), "--host", "0.0.0.0", "--port", "27017"],
			...["--storage-path", "/data"]
		]
	});
	servers.set("nats", nats).set("mongodb", mongodb);
	// Nodes wait for these, as `depends_on` has it.
	await until(() => answers(told(nats), 8222, "/healthz"), "NATS");
	await until(() => listens(told(mongodb), 27_017), "the database");
}

/** @throws what it said, where it has ended */
function told(process: Container): Container {
	if (process.runs()) return process;
	throw new Error(`It has ended:\n${process.log()}`);
}

function listens(node: Container, port: number): boolean {
	try {
		node.run(["bash", "-c", `echo > /dev/tcp/127.0.0.1/${port}`]);
		return true;
	} catch {
		return false;
	}
}

/** Two of them find their data folder and their secrets as Kubernetes gives them, the others as compose does. */
const AS_KUBERNETES = ["stages", "migration"];

function startNode(on: Host, { name, variables, files }: Deployed): Promise<Container> {
	const named = Object.fromEntries(
		files
			.map(path => path.replace("/run/secrets/", ""))
			.map(as => [as, secret(as.replace(/^node\./, `${name}.`).replace(/^identity\./, `identity-${name}.`))])
	);
	const own = put(`${name}-secrets`, named);
	const isPod = AS_KUBERNETES.includes(name);
	if (isPod) asVolume(own);
	return on.start(image, {
		name,
		user: image.user,
		folder: "/app",
		variables: { ...image.environment, ...variables },
		mounts: [
			{ at: "/var/lib/banyan", options: isPod ? `gid=${USER},mode=2777` : `uid=${USER},gid=${USER},mode=700` },
			{ at: "/tmp", options: `uid=${USER},gid=${USER},mode=700` },
			{ at: "/run/secrets", from: own }
		],
		command: image.command
	});
}

/** A volume of secrets: links to files of root that the group may read. */
function asVolume(volume: string): void {
	const names = readdirSync(volume);
	const data = join(volume, "..2026_11_27");
	mkdirSync(data);
	for (const name of names) {
		cpSync(join(volume, name), join(data, name));
		rmSync(join(volume, name));
		chownSync(join(data, name), 0, USER);
		chmodSync(join(data, name), 0o440);
	}
	symlinkSync("..2026_11_27", join(volume, "..data"));
	for (const name of names) symlinkSync(join("..data", name), join(volume, name));
}

const said = (): string =>
	[...servers, ...nodes].map(([name, node]) => `${name}: ${node.log().slice(-1500)}`).join("\n");
const asked = (node: Container, port: number, path: string): string => {
	const url = `http://127.0.0.1:${port}${path}`;
	return node.run([
		"node",
		"-e",
		`fetch("${url}").then(async answer => console.log(answer.status, await answer.text()))`
	]);
};
function answers(node: Container, port: number, path: string): boolean {
	try {
		return asked(node, port, path).startsWith("200");
	} catch {
		return false;
	}
}
const gateway = (): Container => nodes.get("gateway") as Container;

describe("the image", () => {
	asRoot("has the program and what it runs with, and nothing to build, install or test with", async () => {
		const app = join(image.layers[0] as string, "app");
		expect(readdirSync(app).sort()).toEqual(["banyan", "dist", "node_modules", "package.json"]);
		for (const tool of ["typescript", "jest", "@biomejs", "tsx"])
			expect(readdirSync(join(app, "node_modules"))).not.toContain(tool);
		expect(gateway().run(["sh", "-c", "command -v npm npx yarn corepack || echo none"]).trim()).toBe("none");
	});

	asRoot("runs every group as the compose file sets it: they find each other, and the gateway is ready", async () => {
		await until(() => {
			return (
				[...nodes.values()].every(node => answers(told(node), 9464, "/ready")) && answers(gateway(), 8000, "/ready")
			);
		}, "all groups ready").catch((error: unknown) => {
			throw new Error(`${error}\n${said()}`);
		});
		const up = asked(gateway(), 8000, "/health/services");
		for (const service of Object.values(GROUPS).flat()) expect(up).toContain(`"name":"${service}","status":"up"`);
	});

	asRoot("is well to its own health check, in each group, and is not where it hangs", async () => {
		for (const node of nodes.values()) expect(() => node.run(image.health)).not.toThrow();
		const stages = nodes.get("stages") as Container;
		process.kill(stages.pid, "SIGSTOP");
		try {
			expect(() => stages.run(["timeout", "5", ...image.health])).toThrow();
		} finally {
			process.kill(stages.pid, "SIGCONT");
		}
	});

	asRoot("has a user without powers, who writes nowhere but where it was told to", async () => {
		for (const node of nodes.values()) {
			expect(node.run(["id", "-u"]).trim()).toBe(String(USER));
			expect(node.run(["sh", "-c", `grep -E 'Cap(Eff|Bnd)|NoNewPrivs' /proc/${node.pid}/status`])).toMatch(
				/CapEff:\s+0+\nCapBnd:\s+0+\nNoNewPrivs:\s+1/
			);
			for (const place of ["/app/x", "/app/dist/x", "/usr/local/bin/x", "/etc/x", "/run/secrets/x"])
				expect(() => node.run(["touch", place])).toThrow();
			expect(["", "node"]).toContain(node.run(["ls", "/var/lib/banyan"]).trim());
		}
	});

	asRoot("ends by itself when it is told to", async () => {
		const codes = await Promise.all([...nodes.values()].map(node => node.stop()));
		expect(codes).toEqual([...nodes].map(() => 0));
	});
});
