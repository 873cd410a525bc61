/** Customers' links and the API with its documents, each at an origin of its own: by port, by name. */

import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONTRACTS } from "../../contracts/cluster";
import { OPEN_ROUTES } from "../../domain/platform/open-routes";
import { routesOf } from "../../domain/platform/routes";
import { openStage, type Stage } from "../support/banyan";
import { type Door, openDoor, plan } from "../support/door";
import { type Front, openFront, says } from "../support/fronts";

let stage: Stage;
let source: Front;
const LINK = `/sub/anna/${"c0ffee".repeat(5)}ab`;
const folders: string[] = [];

beforeAll(async () => {
	stage = await openStage({ users: 3, target: { subscriptionPrefix: "" } });
	source = await openFront(stage.source.url);
	source.say((req, res) =>
		req.url?.startsWith("/sub/anna/") ? says.status(200, { "content-type": "text/html" }, "<html>")(req, res) : false
	);
});
afterAll(async () => {
	await source?.close();
	await stage?.[Symbol.asyncDispose]();
	for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function opened(environment: Record<string, string>): Promise<Door> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-origins-"));
	folders.push(folder);
	const door = await openDoor(folder, { SOURCE_PASSWORD: "admin123", TARGET_PASSWORD: "admin123", ...environment });
	const end = (url: string, name: string, connector: string) => ({
		connector,
		url,
		username: "admin",
		password: `\${${name}_PASSWORD}`
	});
	await plan(door, {
		name: "panel",
		source: end(source.origin, "SOURCE", "marzneshin"),
		target: end(stage.target.url, "TARGET", "marzban")
	});
	return door;
}

/** With a `Host` of one's own, which fetch does not send. */
const status = (url: string, path: string, host?: string, method = "GET", key?: string): Promise<number> =>
	new Promise((resolve, reject) => {
		const headers = {
			accept: "text/html",
			...(host !== undefined && { host }),
			...(key !== undefined && { "x-api-key": key })
		};
		request(url + path, { method, headers }, answer => {
			answer.resume();
			resolve(answer.statusCode as number);
		})
			.once("error", reject)
			.end();
	});

/** What is said where nothing is. */
const said = (url: string, host: string): Promise<string> =>
	new Promise((resolve, reject) => {
		request(`${url}/nothing`, { headers: { host } }, answer => {
			let body = "";
			answer.on("data", part => {
				body += part;
			});
			answer.once("end", () => resolve(JSON.parse(body).detail));
		})
			.once("error", reject)
			.end();
	});

/** All that is no link. */
const OTHERS: readonly (readonly [string, string])[] = [
	...OPEN_ROUTES.map(({ method, path }) => [method, path] as const),
	...routesOf(CONTRACTS).map(({ method, path }) => [method, path] as const),
	["GET", "/docs/docs.css"],
	["GET", "/docs/problems"],
	["HEAD", "/docs"],
	["GET", "/nothing"]
].map(([method, path]) => [method as string, (path as string).replace(/:\w+/g, "none")] as const);

it("by a port: links are answered there and nowhere else, and nothing else is answered there", async () => {
	await using door = await opened({ LINKS_PORT: "0" });
	const links = /Old links are answered at (http:\/\/\S+) alone/.exec(door.node.log())?.[1] as string;
	expect(new URL(links).port).not.toBe(new URL(door.url).port);
	expect(await status(links, LINK)).toBe(200);
	expect(await status(links, `/any/prefix${LINK}`, "sub.example.com")).toBe(200);
	expect(await status(links, LINK, undefined, "HEAD")).toBe(200);
	expect(await status(links, LINK, undefined, "POST")).toBe(405);
	expect(await status(door.url, LINK)).toBe(404);
	expect(await status(door.url, "/docs")).toBe(200);
	for (const [method, path] of OTHERS)
		expect([method, path, await status(links, path, undefined, method, door.key)]).toEqual([method, path, 404]);
});

it("by names: links under these and nothing else there, all else under the others", async () => {
	await using door = await opened({ LINKS_NAMES: "sub.example.com, *.old.example" });
	for (const host of ["sub.example.com", "SUB.example.com.", "sub.example.com:8443", "a.old.example"]) {
		expect([host, await status(door.url, LINK, host)]).toEqual([host, 200]);
		for (const [method, path] of OTHERS)
			expect([host, method, path, await status(door.url, path, host, method, door.key)]).toEqual([
				host,
				method,
				path,
				404
			]);
	}
	for (const host of [undefined, "localhost", "127.0.0.1"]) {
		expect([host, await status(door.url, LINK, host)]).toEqual([host, 404]);
		expect([host, await status(door.url, "/docs", host)]).toEqual([host, 200]);
	}
	// Nobody is led to documents that are not there.
	expect(await said(door.url, "sub.example.com")).not.toMatch(/docs/);
	expect(await said(door.url, "localhost")).toMatch(/\/docs lists/);
	for (const host of ["example.com", "a.b.old.example", "old.example", "sub.example.com.elsewhere.example"])
		expect([host, [200, 404].includes(await status(door.url, LINK, host))]).toEqual([host, false]);
});

it("by both: a name is answered at that port alone", async () => {
	await using door = await opened({ LINKS_PORT: "0", LINKS_NAMES: "sub.example.com" });
	const links = /Old links are answered at (http:\/\/\S+) alone/.exec(door.node.log())?.[1] as string;
	expect(await status(links, LINK, "sub.example.com")).toBe(200);
	expect(await status(links, LINK, "elsewhere.example")).not.toBe(200);
	expect(await status(door.url, LINK, "sub.example.com")).not.toBe(200);
	expect(await status(links, "/docs", "sub.example.com")).toBe(404);
});

it("by a port, where only the API's names are listed: under no others there, either", async () => {
	await using door = await opened({ LINKS_PORT: "0", GATEWAY_NAMES: "api.example.com" });
	const links = /Old links are answered at (http:\/\/\S+) alone/.exec(door.node.log())?.[1] as string;
	for (const host of [undefined, "localhost", "api.example.com"])
		expect([host, await status(links, LINK, host)]).toEqual([host, 200]);
	for (const host of ["elsewhere.example", "sub.example.com", "api.example.com.elsewhere.example"])
		expect([host, await status(links, LINK, host)]).toEqual([host, 421]);
});
