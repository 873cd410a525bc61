/** A6: whoever acts is whoever is signed in. Each route of each contract is asked to act for somebody else. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../cluster";
import { CONTRACTS } from "../../contracts/cluster";
import { OPEN_ROUTES } from "../../domain/platform/open-routes";
import { type Route, routesOf } from "../../domain/platform/routes";
import { openNode, SERVICES } from "../../node";

const VICTIM = "victim";
const FIELDS = ["userId", "user_id", "user", "account", "accountId", "owner", "sub", "actor", "personId"];
/** Named by a header, nobody acts for anybody either. */
const HEADERS = Object.fromEntries(
	["x-user-id", "x-user", "x-account", "x-forwarded-user", "x-sub"].map(name => [name, VICTIM])
);

const routes = routesOf(CONTRACTS);
const specOf = ({ action }: Route) => {
	const [name = "", key = ""] = action.split(/\.(.*)/s);
	return CONTRACTS.find(each => each.name === name)?.actions[key];
};

let folder: string;
let node: Broker;
let url: string;
let key: string;
let session: string;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-acting-"));
	node = await openNode(
		{ services: SERVICES, logLevel: "fatal" },
		{ DATA_DIR: folder, GATEWAY_PORT: "0", GATEWAY_WRONG_KEYS: "1000000", FILES_DIR: folder }
	);
	url = (node.getLocalService("gateway") as unknown as { address: string }).address;
	key = readFileSync(join(folder, "api-key"), "utf8").trim();
	const client = { address: "203.0.113.7", agent: "", device: null };
	const opened = { account: "ann", scopes: [], factors: ["password"], client, device: null } as const;
	session = (await node.call("sessions.open", opened as never)).sessionToken;
}, 60_000);
afterAll(async () => {
	await node.stop();
	rmSync(folder, { recursive: true });
});

interface Said {
	readonly status: number;
	readonly code?: string;
	readonly errors?: readonly { readonly field: string }[];
}

/** With what a reader of the API would send, and these fields more. */
async function ask(route: Route, place: "body" | "query", fields: readonly string[]): Promise<Said> {
	const params: Record<string, unknown> = { ...specOf(route)?.example?.params };
	const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
	for (const name of route.params) delete params[name];
	const own = route.body === null ? { query: params, body: {} } : { query: {}, body: params };
	const foreign = Object.fromEntries(fields.map(field => [field, VICTIM]));
	const asked = { ...own, [place]: { ...own[place], ...foreign } };
	const query = new URLSearchParams(
		Object.entries(asked.query).map(([name, value]): [string, string] => [name, String(value)])
	);
	const said = await fetch(`${url}${path}?${query}`, {
		method: route.method,
		redirect: "manual",
		headers: {
			...HEADERS,
			"content-type": "application/json",
			...(route.permission === "person" ? { authorization: `Bearer ${session}` } : { "x-api-key": key })
		},
		...(Object.keys(asked.body).length > 0 && { body: JSON.stringify(asked.body) })
	});
	const text = await said.text();
	return said.status < 400 ? { status: said.status } : JSON.parse(text);
}

/** Of what has no body none is read. */
const placesOf = ({ body }: Route) =>
	body === null || body === "raw" ? (["query"] as const) : (["body", "query"] as const);

describe.each(routes.map(route => [`${route.method} ${route.path}`, route] as const))("A6: %s", (_, route) => {
	const own = Object.keys(specOf(route)?.params ?? {});

	it("has no field that says for whom it acts, where it is for people", () => {
		if (route.permission !== "person") return;
		expect(own.filter(name => FIELDS.includes(name))).toEqual([]);
	});

	it("refuses to be told for whom it acts", async () => {
		const foreign = FIELDS.filter(field => !own.includes(field));
		for (const place of placesOf(route)) {
			const { status, code, errors = [] } = await ask(route, place, foreign);
			// What others send a browser to may have more in its address, which nobody reads.
			if (route.known !== null)
				expect([status, code]).toEqual(await ask(route, place, []).then(said => [said.status, said.code]));
			// A request that has a body has no query at all.
			else if (route.body !== null && place === "query") expect([status, code]).toEqual([400, "REQUEST_INVALID"]);
			else {
				expect([status, code]).toEqual([422, "VALIDATION_ERROR"]);
				expect(errors.map(({ field }) => field)).toEqual(expect.arrayContaining(foreign));
			}
		}
	});
});

it("A6: what the gateway answers by itself acts for nobody", () => {
	expect(OPEN_ROUTES.filter(({ method }) => method !== "GET")).toEqual([]);
});
