/** The gateway behind a real nginx and a real Caddy, with the files that docs/runbooks/behind-a-proxy.md names. */

import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { openStage, type Stage } from "../support/banyan";
import { type Door, eventsOf, openDoor, type ServerEvent } from "../support/door";
import { begin, type Site, type StartedProxy, startCaddy, startNginx, whole } from "../support/proxies";
import { freePort } from "../support/servers";
import { until } from "../support/until";

const PROXIES = [
	{ name: "nginx", start: startNginx, network: 1, away: "answers 502, waiting for nothing," },
	{ name: "caddy", start: startCaddy, network: 2, away: "waits for it" }
] as const;

let stage: Stage;
let front: SlowPanel;
let door: Door;
let good: readonly string[];
const proxies: Record<string, StartedProxy> = {};
/** The address of a caller, of those that may use the API. */
const caller = (network: number, host: number): string => `127.0.0.${network * 50 + host}`;

beforeAll(async () => {
	stage = await openStage();
	front = await openSlowPanel(stage.source.url);
	good = await goodPaths();
	const port = await freePort();
	door = await openDoor(stage.folder, {
		SOURCE_PASSWORD: "admin123",
		TARGET_PASSWORD: "admin123",
		GATEWAY_PORT: String(port),
		// Not all of the loopback: callers are there too.
		GATEWAY_TRUSTED_PROXIES: "127.0.0.1",
		GATEWAY_NAMES: "banyan.example.com",
		LINKS_NAMES: "sub.example.com",
		LOG_LEVEL: "debug"
	});
	for (const { name, start } of PROXIES) proxies[name] = await start(`127.0.0.1:${port}`);
});
afterAll(async () => {
	for (const proxy of Object.values(proxies)) await proxy[Symbol.asyncDispose]();
	await door?.[Symbol.asyncDispose]();
	await front?.close();
	await stage?.[Symbol.asyncDispose]();
});

describe.each(PROXIES)("behind $name", ({ name, network, away }) => {
	let api: Site;
	let links: Site;
	const key = (): Record<string, string> => ({ "x-api-key": door.key });
	const running = async (): Promise<boolean> =>
		JSON.parse((await whole(api, `/api/v1/migrations/${name}`, { headers: key() })).text).running;
	const move = (limit: number) =>
		whole(api, `/api/v1/migrations/${name}/start`, {
			method: "POST",
			headers: { ...key(), "content-type": "application/json" },
			body: JSON.stringify({ limit })
		});
	beforeAll(() => {
		({ api, links } = proxies[name] as StartedProxy);
	});

	it("the API answers to a key and says what is wrong, as it does by itself", async () => {
		const { username, password } = { username: "admin", password: "${SOURCE_PASSWORD}" };
		const source = { connector: "marzneshin", url: front.url, username, password };
		const target = { connector: "marzban", url: stage.target.url, username, password: "${TARGET_PASSWORD}" };
		const plan = await whole(api, "/api/v1/migrations/plan", {
			method: "POST",
			headers: { ...key(), "content-type": "application/yaml" },
			body: JSON.stringify({ name, source, target })
		});
		expect(plan.status).toBe(200);
		expect((await move(1)).status).toBe(202);
		const path = `/api/v1/migrations/${name}`;
		expect((await whole(api, path, { headers: key() })).status).toBe(200);
		expect((await whole(api, path, { headers: { authorization: `Bearer ${door.key}` } })).status).toBe(200);
		const without = await whole(api, path);
		expect([without.status, without.headers["content-type"]]).toEqual([401, "application/problem+json; charset=utf-8"]);
		for (const path of ["/live", "/ready", "/docs", "/metrics"]) expect((await whole(api, path)).status).toBe(200);
	});

	it("takes a body as large as the gateway does, and none that is larger", async () => {
		const post = (bytes: number) =>
			whole(api, "/api/v1/validate/users", {
				method: "POST",
				headers: { ...key(), "content-type": "application/json" },
				body: JSON.stringify({ records: "x".repeat(bytes) })
			});
		expect((await post(1_048_000)).status).toBe(422);
		expect((await post(1_049_000)).status).toBe(413);
	});

	it("answers operators alone for the API, and customers for nothing but links", async () => {
		const stranger = { from: "127.0.1.1", headers: key() };
		for (const path of ["/live", "/metrics", "/api/v1/migrations"])
			expect((await whole(api, path, stranger)).status).toBe(403);
		for (const path of ["/", "/live", "/metrics", "/docs", "/api/v1/migrations", "/sub/one"])
			expect([path, (await whole(links, path, { headers: key() })).status]).toEqual([path, 404]);
	});

	it("passes a live log on as it comes, and does not end it", async () => {
		const path = `/api/v1/migrations/${name}/logs`;
		const headers = { ...key(), accept: "text/event-stream" };
		const stream = await begin(api, path, { headers });
		expect([stream.statusCode, stream.headers["content-type"]]).toEqual([200, "text/event-stream; charset=utf-8"]);
		const [direct, proxied] = [new Map<string, number>(), new Map<string, number>()];
		const ended = new AbortController();
		const watching = [note(eventsOf(door, path, { signal: ended.signal }), direct), note(eventsIn(stream), proxied)];
		const settled = (): number => [...direct.keys()].filter(event => event.endsWith("settled")).length;
		await until(async () => settled() === 1 && !(await running()));
		expect((await move(3)).status).toBe(202);
		await until(() => settled() === 2);
		// As they come: all of them are here while neither stream has ended.
		await until(() => [...direct.keys()].every(id => proxied.has(id)));
		expect(stream.complete).toBe(false);
		// So that it moves nobody else when the gateway is started anew.
		expect((await whole(api, `/api/v1/migrations/${name}/pause`, { method: "POST", headers: key() })).status).toBe(200);
		ended.abort();
		stream.destroy();
		await Promise.all(watching);
		expect(direct.size).toBeGreaterThan(3);
	});

	it("passes an old link on with its headers, whatever its name is, and its body as it comes", async () => {
		expect(good.length).toBe(3);
		for (const path of good) {
			const agent = { "user-agent": "v2rayNG/1.9.5" };
			const [there, here] = await Promise.all([
				fetch(`${stage.source.url}${path}`, { headers: agent }),
				whole(links, `/a/prefix${path}`, { headers: agent })
			]);
			expect([here.status, here.text]).toEqual([200, await there.text()]);
			for (const header of ["subscription-userinfo", "profile-title", "profile-update-interval", "content-type"])
				expect(here.headers[header]).toBe(there.headers.get(header));
			expect(here.headers.via ?? "").not.toContain("banyan");
		}
		const answer = await begin(links, SLOW);
		expect([answer.statusCode, answer.headers["subscription-userinfo"]]).toEqual([200, "upload=0"]);
		const body = answer[Symbol.asyncIterator]();
		expect(String((await body.next()).value)).toBe("first");
		front.release();
		expect(String((await body.next()).value)).toBe("second");
		expect((await body.next()).done).toBe(true);
	});

	it("tells the gateway, and the panel, the address that it saw; a client's own word is not believed", async () => {
		const from = caller(network, 1);
		const forged = { "x-forwarded-for": "198.51.100.7, 127.0.0.1", forwarded: "for=198.51.100.7" };
		await whole(api, `/who-${name}`, { from, headers: forged });
		await until(() => door.node.log().includes(`${from} GET /who-${name}: 404`));
		const path = good[0] as string;
		await whole(links, path, { from, headers: forged });
		expect(front.asked.at(-1)).toMatchObject({ "x-forwarded-for": from });
		expect(front.asked.at(-1)).not.toHaveProperty("forwarded");
	});

	it("has guesses counted for who makes them, whoever they say they are", async () => {
		const [guesser, neighbour] = [caller(network, 2), caller(network, 3)];
		const guess = (from: string, number: number, said: string) =>
			whole(links, `/sub/user${number}/${"a".repeat(32)}`, { from, headers: { "x-forwarded-for": said } });
		const statuses: number[] = [];
		for (let number = 0; number < 35; number++)
			statuses.push((await guess(guesser, number, `198.51.100.${number}`)).status);
		expect(statuses.slice(0, 30)).toEqual(Array(30).fill(404));
		expect(statuses.slice(-4)).toEqual([429, 429, 429, 429]);
		const slowed = await guess(guesser, 1, neighbour);
		expect([slowed.status, Number(slowed.headers["retry-after"])]).toEqual([429, expect.any(Number)]);
		expect((await guess(neighbour, 1, guesser)).status).toBe(404);
	});

	it("lets what is under way end when the gateway is stopped", async () => {
		const answer = await begin(links, SLOW);
		const body = answer[Symbol.asyncIterator]();
		await body.next();
		const stopped = door.node.stop();
		await sleep(500);
		front.release();
		expect(String((await body.next()).value)).toBe("second");
		expect((await body.next()).done).toBe(true);
		expect(await stopped).toBe(0);
	});

	it(`${away} while the gateway is away, and goes on when it is back`, async () => {
		const asked = whole(api, "/live");
		if (name === "nginx") {
			expect((await asked).status).toBe(502);
		}
		const path = good[0] as string;
		const link = whole(links, path);
		if (name === "nginx") expect((await link).status).toBe(502);
		door = await door.again();
		if (name === "caddy") {
			expect((await asked).status).toBe(200);
			expect((await link).status).toBe(200);
		}
		const back = await Promise.all([whole(api, "/ready"), whole(links, path)]);
		expect(back.map(({ status }) => status)).toEqual([200, 200]);
	});

	it("writes no customer's key down", async () => {
		const keys = good.map(path => path.split("/").at(-1) as string);
		const log = (proxies[name] as StartedProxy).log();
		for (const key of keys) expect(log).not.toContain(key);
	});
});

it("nginx sends who comes in the clear to the same address by TLS, and logs links without their keys", async () => {
	const { redirecting, log } = proxies.nginx as StartedProxy;
	const { status, headers } = await whole(redirecting as Site, "/sub/somebody/0123456789?a=b");
	expect([status, headers.location]).toEqual([301, "https://sub.example.com/sub/somebody/0123456789?a=b"]);
	expect(log()).toContain('"GET /sub/somebody/***" 301');
});

/** Old links that the source answers, one of a name outside ASCII among them. */
async function goodPaths(): Promise<string[]> {
	const form = new URLSearchParams({ username: "admin", password: "admin123" });
	const login = await fetch(`${stage.source.url}/api/admins/token`, { method: "POST", body: form });
	const { access_token } = (await login.json()) as { access_token: string };
	const headers = { authorization: `Bearer ${access_token}` };
	// Beyond Latin-1 the panel itself answers 500.
	const body = JSON.stringify({ username: "josé_español", expire_strategy: "never", service_ids: [1] });
	const added = await fetch(`${stage.source.url}/api/users`, {
		method: "POST",
		headers: { ...headers, "content-type": "application/json" },
		body
	});
	const named = new URL(((await added.json()) as { subscription_url: string }).subscription_url).pathname;
	const found: string[] = [];
	// From the end: the first ones are moved here.
	for (let page = 10; page > 0 && found.length < 2; page--) {
		const list = await fetch(`${stage.source.url}/api/users?page=${page}&size=100`, { headers });
		const { items } = (await list.json()) as { items: { subscription_url: string }[] };
		for (const { subscription_url } of items.reverse()) {
			const path = new URL(subscription_url).pathname;
			if (found.length < 2 && !path.includes("%") && (await fetch(`${stage.source.url}${path}/links`)).status === 200)
				found.push(path);
		}
	}
	return [...found, named];
}

interface SlowPanel {
	readonly url: string;
	/** The headers of links it was asked for. */
	readonly asked: IncomingMessage["headers"][];
	/** The other half of each link that waits. */
	release(): void;
	close(): Promise<void>;
}

/** A link of which the panel sends one half. */
const SLOW = "/sub/slow/0123456789abcdef0123456789abcdef";

/** The panel at that address, with one link more. */
async function openSlowPanel(panel: string): Promise<SlowPanel> {
	const waiting: ServerResponse[] = [];
	const asked: IncomingMessage["headers"][] = [];
	const server: Server = createServer((req, res) => {
		if (req.url?.startsWith("/sub/")) asked.push(req.headers);
		if (req.url === SLOW) {
			res.writeHead(200, { "subscription-userinfo": "upload=0", "content-type": "text/plain" }).write("first");
			waiting.push(res);
			return;
		}
		const { method, headers } = req;
		const onward = request(`${panel}${req.url}`, { method: method as string, headers }, answer => {
			res.writeHead(answer.statusCode as number, answer.headers);
			answer.pipe(res);
		});
		onward.once("error", () => res.destroy());
		req.pipe(onward);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		asked,
		release: () => {
			for (const res of waiting.splice(0)) res.end("second");
		},
		close: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, "close");
		}
	};
}

/** When each event with an id came; ends with the stream. */
async function note(events: AsyncIterable<Pick<ServerEvent, "id" | "data">>, seen: Map<string, number>): Promise<void> {
	try {
		for await (const { id, data } of events) if (id !== undefined) seen.set(`${id} ${data.event}`, performance.now());
	} catch {
		// Broken off by us.
	}
}

async function* eventsIn(stream: IncomingMessage): AsyncGenerator<Pick<ServerEvent, "id" | "data">> {
	let rest = "";
	for await (const chunk of stream) {
		rest += (chunk as Buffer).toString();
		const blocks = rest.split("\n\n");
		rest = blocks.pop() as string;
		for (const block of blocks) {
			const id = /^id: (.*)$/m.exec(block)?.[1];
			const data = /^data: (.*)$/m.exec(block)?.[1];
			if (id !== undefined && data !== undefined) yield { id, data: JSON.parse(data) };
		}
	}
}
