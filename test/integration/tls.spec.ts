/**
 * TLS at the ports that nodes listen on, and to the servers that they ask: who is believed, who is let in, and what becomes of
 * requests while certificates are replaced.
 */

import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type PeerCertificate } from "node:tls";
import { Agent, request as ask, type Dispatcher } from "undici";
import { RotatingFiles } from "../../adapters/certificate-files";
import { readMongo } from "../../adapters/mongo/address";
import { hold } from "../../adapters/mongo/connection";
import { readRedis } from "../../adapters/redis/address";
import { RedisConnection } from "../../adapters/redis/connection";
import { opener } from "../../cli/open";
import type { Broker } from "../../cluster";
import { codeOf, messageOf, propertyOf } from "../../domain/unknown";
import { openNode, SERVICES } from "../../node";
import { certificates, type Made, madeAt, newAuthority } from "../support/certificates";
import { freePort, startMongo, startRedis } from "../support/servers";
import { until } from "../support/until";

const folder = mkdtempSync(join(tmpdir(), "banyan-tls-"));
const own = join(folder, "own");
const others = join(folder, "others");
beforeAll(() => {
	newAuthority(own, "gateway", "redis", "mongodb", "client");
	newAuthority(others, "client");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What whoever asks shows and believes. */
const shows = ({ cert, key }: Made): { cert: Buffer; key: Buffer } => ({
	cert: readFileSync(cert),
	key: readFileSync(key)
});
const ca = (): Buffer => readFileSync(madeAt(own, "ca").ca);

describe("the gateway", () => {
	let node: Broker;
	let address: string;
	let links: string;
	const log = join(folder, "gateway.log");
	const shown = madeAt(folder, "shown");
	/** As whoever renews it puts it there. */
	const put = (name: string): void => {
		copyFileSync(madeAt(own, name).key, shown.key);
		copyFileSync(madeAt(own, name).cert, shown.cert);
	};
	beforeAll(async () => {
		put("gateway");
		writeFileSync(log, "");
		const settings = {
			DATA_DIR: join(folder, "data"),
			GATEWAY_PORT: "0",
			LINKS_PORT: String(await freePort()),
			GATEWAY_CERT_FILE: shown.cert,
			GATEWAY_KEY_FILE: shown.key,
			GATEWAY_CLIENT_CA_FILE: madeAt(own, "ca").ca
		};
		node = await openNode({ services: SERVICES, logFile: log, logLevel: "warn" }, settings);
		address = String(propertyOf(node.getLocalService("gateway"), "address"));
		links = `https://127.0.0.1:${settings.LINKS_PORT}`;
	});
	afterAll(() => node?.stop());

	const get = async (url: string, tls: object): Promise<Dispatcher.ResponseData | string> => {
		const dispatcher = new Agent({ connect: tls });
		try {
			const answer = await ask(url, { dispatcher });
			await answer.body.dump();
			return answer;
		} catch (error) {
			return codeOf(error) ?? messageOf(error);
		} finally {
			await dispatcher.destroy();
		}
	};
	const client = (): object => ({ ca: ca(), ...shows(madeAt(own, "client")) });
	/** The certificate that it shows now. */
	const seen = (): Promise<PeerCertificate> =>
		new Promise((resolve, reject) => {
			const { hostname, port } = new URL(address);
			const socket = connect({ host: hostname, port: Number(port), ...client() }, () => {
				resolve(socket.getPeerCertificate());
				socket.destroy();
			}).once("error", reject);
		});

	it("speaks HTTPS, and says that it is to be asked so", async () => {
		expect(address).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
		const answer = await get(`${address}/live`, client());
		expect(answer).toMatchObject({ statusCode: 200 });
		expect(propertyOf(answer, "headers")).toMatchObject({ "strict-transport-security": "max-age=31536000" });
	});

	it("lets in whoever shows a certificate of the authority that is named, and nobody else; old links ask for none", async () => {
		expect(await get(`${address}/live`, { ca: ca() })).toMatch(/ALERT|ECONNRESET|SOCKET/);
		expect(await get(`${address}/live`, { ca: ca(), ...shows(madeAt(others, "client")) })).toMatch(
			/ALERT|ECONNRESET|SOCKET/
		);
		expect(await get(`${address}/live`, shows(madeAt(own, "client")))).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED/);
		expect(await get(`${links}/sub/nobody/0123456789abcdef`, { ca: ca() })).toMatchObject({ statusCode: 404 });
	});

	it("takes nothing older than TLS 1.2, and answers nothing in clear", async () => {
		const { hostname, port } = new URL(address);
		const old = {
			host: hostname,
			port: Number(port),
			...client(),
			maxVersion: "TLSv1.1",
			minVersion: "TLSv1"
		} as const;
		await expect(
			new Promise((resolve, reject) => connect(old, () => resolve("in")).once("error", reject))
		).rejects.toThrow();
		const plain = new Promise((resolve, reject) => {
			request(`http://${hostname}:${port}/live`, resolve).once("error", reject).end();
		});
		await expect(plain).rejects.toThrow(/socket hang up|ECONNRESET|Parse Error/);
	});

	it("the command asks it by its authority and with a certificate, which it is told by files", async () => {
		const { cert, key } = madeAt(own, "client");
		const environment = {
			BANYAN_API_KEY: readFileSync(join(folder, "data", "api-key"), "utf8").trim(),
			BANYAN_CA_FILE: madeAt(own, "ca").ca,
			BANYAN_CERT_FILE: cert,
			BANYAN_KEY_FILE: key
		};
		const embedded = () => Promise.reject(new Error("no server"));
		const open = (more: Record<string, string | undefined>, url = address) =>
			opener(embedded, () => ({ ...environment, ...more }))({ url } as never)("read");
		const found = await open({});
		expect(await found.call("access.list", {})).toHaveLength(1);
		await found.close();
		const strange = await open({ BANYAN_CA_FILE: undefined });
		await expect(strange.call("access.list", {})).rejects.toThrow(/is not trusted here .*BANYAN_CA_FILE\.$/);
		await strange.close();
		await expect(open({ BANYAN_KEY_FILE: undefined })).rejects.toThrow(/belong together/);
		await expect(open({}, address.replace("https", "http"))).rejects.toThrow(/BANYAN_CA_FILE is for a server with TLS/);
	});

	it("shows another certificate once its files are replaced, and no request fails for it", async () => {
		const before = (await seen()).serialNumber;
		const [staying, failed] = [new Agent({ connect: client(), connections: 2 }), [] as string[]];
		let [asked, isOver] = [0, false];
		const load = async (one: () => Promise<unknown>): Promise<void> => {
			while (!isOver) {
				asked++;
				await one().catch((error: unknown) => failed.push(messageOf(error)));
			}
		};
		const kept = async (): Promise<void> => (await ask(`${address}/live`, { dispatcher: staying })).body.dump();
		const fresh = async (): Promise<void> => {
			const answer = await get(`${address}/live`, client());
			if (typeof answer === "string") throw new Error(answer);
		};
		const loads = [load(kept), load(fresh)];
		certificates(own, ["renew", "gateway"]);
		// Half of it, for longer than it looks away.
		copyFileSync(madeAt(own, "gateway").key, shown.key);
		await until(() => readFileSync(log, "utf8").includes("the key is not the certificate's. The one before stays."));
		expect((await seen()).serialNumber).toBe(before);
		copyFileSync(madeAt(own, "gateway").cert, shown.cert);
		await until(async () => (await seen()).serialNumber !== before);
		await sleep(100);
		isOver = true;
		await Promise.all(loads);
		await staying.destroy();
		expect(failed).toEqual([]);
		expect(asked).toBeGreaterThan(50);
	});
});

describe("Redis with TLS that wants a certificate", () => {
	it("takes this node by its own, and the next connection by the one that was put in its place", async () => {
		const [port, { cert, key }] = [await freePort(), madeAt(own, "redis")];
		await using server = await startRedis([
			...["--tls-port", String(port), "--tls-cert-file", cert, "--tls-key-file", key],
			...["--tls-ca-cert-file", madeAt(own, "ca").ca, "--tls-auth-clients", "yes"]
		]);
		const address = readRedis(`rediss://127.0.0.1:${port}`);
		if (!address) throw new Error("no address");
		const source = { address, namespace: "spec", commandMs: 10_000, secret: Buffer.alloc(32, 7) };
		const open = async (tls: () => object): Promise<RedisConnection> => {
			const redis = new RedisConnection({ ...source, tls }, () => undefined);
			await redis.open();
			return redis;
		};
		const without = await open(() => ({ ca: ca() }));
		expect(without.state).toMatchObject({ up: false });
		without.close();
		const other = await open(() => ({ ca: ca(), ...shows(madeAt(others, "client")) }));
		expect(other.state).toMatchObject({ up: false });
		other.close();
		const strange = await open(() => ({ ...shows(madeAt(own, "client")) }));
		expect(strange.state).toMatchObject({ up: false, why: expect.stringMatching(/UNABLE_TO_VERIFY|SELF_SIGNED/) });
		strange.close();
		const { cert: certFile, key: keyFile } = madeAt(own, "client");
		const files = new RotatingFiles({ caFile: madeAt(own, "ca").ca, certFile, keyFile }, () => undefined);
		const redis = await open(() => files.now);
		expect(redis.state).toEqual({ up: true });
		const first = files.now.cert;
		certificates(own, ["renew", "client"]);
		await until(() => files.now.cert !== first);
		await server.again();
		await until(() => redis.state.up);
		redis.close();
		files.close();
	});
});

describe("MongoDB with TLS that wants a certificate", () => {
	it("takes this node by its own, is believed by its authority alone, and is never believed without", async () => {
		const { cert, key } = madeAt(own, "mongodb");
		await using server = await startMongo([
			...["--tls-cert-file", cert, "--tls-key-file", key],
			...["--tls-ca-file", madeAt(own, "ca").ca, "--tls-require-client-cert"]
		]);
		const address = readMongo(`${server.url}/spec?tls=true&directConnection=true`);
		if (!address) throw new Error("no address");
		const open = (caFile: string | null, made: Made | null) =>
			hold({
				...address,
				database: "spec",
				patienceMs: 1_000,
				tls: { caFile, certFile: made?.cert ?? null, keyFile: made?.key ?? null }
			});
		const trusted = madeAt(own, "ca").ca;
		const held = await open(trusted, madeAt(own, "client"));
		expect(await held.db.admin().command({ ping: 1 })).toMatchObject({ ok: 1 });
		await held.release();
		for (const [authority, made] of [
			[trusted, null],
			[trusted, madeAt(others, "client")],
			[null, madeAt(own, "client")],
			[madeAt(others, "ca").ca, madeAt(own, "client")]
		] as const)
			await expect(open(authority, made)).rejects.toThrow(/MongoDB at 127\.0\.0\.1/);
	});
});
