/** Every route of second factors and passkeys over HTTP: what is wrong in it is told as a problem, and nobody's is anybody else's. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CONTRACTS } from "../../contracts/cluster";
import { wordy } from "../../contracts/rules";
import type { Rule } from "../../contracts/schema";
import { type Route, routesOf } from "../../domain/platform/routes";
import { SERVICES } from "../../node";
import { Authenticator } from "../support/authenticator";
import { openPeople, PASSWORD, type People } from "../support/signed-in";

jest.setTimeout(240_000);

let people: People;
let url: string;
let key: string;
let cookie: string;
let token: string;
beforeAll(async () => {
	people = await openPeople({ GATEWAY_PORT: "0", GUESSES: "3" }, SERVICES);
	const { address } = people.broker.getLocalService("gateway") as unknown as { readonly address: string };
	url = address;
	key = readFileSync(join(people.folder, "api-key"), "utf8").trim();
	await people.join("ada@example.com");
	token = await tokenOf("ada@example.com");
	const login = { email: "ada@example.com", password: PASSWORD, cookie: true };
	const { headers } = await ask("POST", "/api/v1/auth/login", { body: login });
	cookie = /__Host-banyan-session=([^;]+)/.exec(headers.get("set-cookie") ?? "")?.[1] ?? "";
});
afterAll(() => people[Symbol.asyncDispose]());
afterEach(() => jest.restoreAllMocks());

interface Asked {
	readonly body?: unknown;
	readonly bearer?: string | null;
}
async function ask(method: string, path: string, { body, bearer = null }: Asked = {}) {
	const answer = await fetch(url + path, {
		method,
		headers: {
			"user-agent": "a test",
			...(bearer !== null && { authorization: `Bearer ${bearer}` }),
			...(body !== undefined && { "content-type": "application/json" })
		},
		...(body !== undefined && { body: JSON.stringify(body) })
	});
	const text = await answer.text();
	return { status: answer.status, headers: answer.headers, text, json: JSON.parse(text) };
}
async function tokenOf(email: string): Promise<string> {
	const { json } = await ask("POST", "/api/v1/auth/login", { body: { email, password: PASSWORD } });
	return json.accessToken;
}

const ROUTES = routesOf(CONTRACTS).filter(({ action, canonical }) => canonical && /^(mfa|passkeys)\./.test(action));
const specOf = (action: string) => {
	const [name, own = ""] = action.split(".");
	const spec = CONTRACTS.find(each => each.name === name)?.actions[own];
	if (!spec) throw new Error(`There is no ${action}.`);
	return spec;
};
const paramsOf = (action: string) => specOf(action).params;
const exampleOf = (action: string): Record<string, unknown> => ({ ...specOf(action).example?.params });

/** As a client sends them. */
function sent({ method, path, params }: Route, given: Record<string, unknown>) {
	const rest = Object.fromEntries(Object.entries(given).filter(([name]) => !params.includes(name)));
	const at = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(given[name])));
	if (method !== "GET" && method !== "DELETE") return { path: at, body: rest };
	const query = new URLSearchParams(
		Object.entries(rest).map(([name, value]): [string, string] => [name, String(value)])
	);
	return { path: `${at}?${query}`, body: undefined };
}

const isProblem = ({ status, headers, json, text }: Awaited<ReturnType<typeof ask>>): void => {
	expect([status >= 400 && status < 500, headers.get("content-type")]).toEqual([
		true,
		expect.stringContaining("application/problem+json")
	]);
	expect(json).toMatchObject({ status, code: expect.any(String), detail: expect.any(String) });
	expect(text).not.toMatch(/\bat .*\.(ts|js):\d+|node_modules|otpauth|simplewebauthn/i);
};

const isOptional = (rule: Rule): boolean =>
	!Array.isArray(rule) && (wordy(rule as never).optional === true || wordy(rule as never).default !== undefined);

describe.each(ROUTES.map(route => [`${route.method} ${route.path}`, route] as const))("%s", (_, route) => {
	const ofBody = (): [string, Rule][] =>
		route.body === null ? [] : Object.entries(paramsOf(route.action)).filter(([name]) => !route.params.includes(name));

	it("tells of each field that is wrong, missing, too large or too many", async () => {
		const wrong: Record<string, unknown>[] = ofBody().flatMap(([name, rule]) => {
			const good = exampleOf(route.action);
			const { [name]: _left, ...without } = good;
			const bad = [7, null, [], {}, true, "", "x".repeat(60_000), "\0", "é𝄞\u202e"].filter(
				each => typeof each !== (wordy(rule as never).type === "boolean" ? "boolean" : "undefined")
			);
			return [...bad.map(each => ({ ...good, [name]: each })), ...(isOptional(rule) ? [] : [without])];
		});
		const more = { ...exampleOf(route.action), account: "somebody", userId: "somebody" };
		for (const given of [...wrong, ...(route.body === null ? [] : [more])]) {
			const { path, body } = sent(route, given);
			isProblem(await ask(route.method, path, { body, bearer: token }));
		}
	});

	it("is for whom its contract says", async () => {
		const { path, body } = sent(route, exampleOf(route.action));
		if (route.permission !== "person") return expect(route.permission).toBe("public");
		const [nobody, machine] = [
			await ask(route.method, path, { body }),
			await ask(route.method, path, { body, bearer: key })
		];
		expect([nobody.json.code, machine.json.code]).toEqual(["UNAUTHENTICATED", "FORBIDDEN"]);
	});

	it("asks for a proof of now where it changes who may sign in", async () => {
		const changes = /^(POST|DELETE) .*\/(totp(\/confirm)?|recovery-codes|passkeys(\/options|\/:id)?)$/;
		expect(route.fresh !== null).toBe(changes.test(`${route.method} ${route.path}`));
		if (route.fresh === null) return;
		const late = Date.now() + 601_000;
		jest.spyOn(Date, "now").mockReturnValue(late);
		const { path, body } = sent(route, exampleOf(route.action));
		const { status, json } = await ask(route.method, path, { body, bearer: cookie });
		expect([status, json.code]).toEqual([403, "STEP_UP_REQUIRED"]);
	});
});

it("a passkey is removed by its address, the last one and the other sessions with what the query says", async () => {
	const email = "query@example.com";
	await people.join(email);
	const [bearer, other] = [await tokenOf(email), await tokenOf(email)];
	const begun = await ask("POST", "/api/v1/auth/passkeys/options", { body: {}, bearer });
	const device = new Authenticator("http://localhost:1");
	const body = { flow: begun.json.flow, response: device.create(begun.json.options), name: "key" };
	const made = await ask("POST", "/api/v1/auth/passkeys", { body, bearer });
	expect([made.status, made.headers.get("location")]).toEqual([201, `/api/v1/auth/passkeys/${made.json.id}`]);
	const at = `/api/v1/auth/passkeys/${made.json.id}`;
	expect((await ask("DELETE", at, { bearer })).json.code).toBe("PASSKEY_LAST");
	expect((await ask("DELETE", `${at}?last=maybe`, { bearer })).json.code).toBe("VALIDATION_ERROR");
	expect((await ask("DELETE", `${at}?last=true&endOthers=true`, { bearer })).status).toBe(200);
	expect((await ask("GET", "/api/v1/auth/passkeys", { bearer })).json).toEqual([]);
	expect((await ask("GET", "/api/v1/auth/passkeys", { bearer: other })).json.code).toBe("UNAUTHENTICATED");
});

it("guesses at a code are counted, those of an app and recovery codes together", async () => {
	const email = "guessed@example.com";
	await people.join(email);
	const bearer = await tokenOf(email);
	await ask("POST", "/api/v1/auth/mfa/totp", { body: {}, bearer });
	const said: unknown[] = [];
	for (const code of ["000000", "0000-0000-0000", "111111", "222222", "3333-3333-3333"]) {
		const { json, headers } = await ask("POST", "/api/v1/auth/step-up", { body: { code }, bearer });
		said.push([json.code, headers.get("retry-after") !== null]);
	}
	expect(said).toEqual([...Array(3).fill(["CODE_WRONG", false]), ...Array(2).fill(["THROTTLED", true])]);
});
