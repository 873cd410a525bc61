import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, type WireObject } from "../../../../connectors/http/json";
import { STREAMS, toRecord } from "../../../../connectors/marzneshin/records";
import type { Json } from "../../../../contracts/json";
import type { SourceRecord, Transformed } from "../../../../contracts/migration/records";
import { type Mapping, transform } from "../../../../domain/migration/mapping";
import { loadMappings } from "../../../../domain/migration/mappings";
import { AWKWARD_USERS } from "./awkward-users";

const recorded = (name: string): WireObject[] =>
	parse(readFileSync(join(__dirname, "../../../../demo/panels/recorded", `${name}.json`), "utf8")) as WireObject[];
const userRecords = recorded("marzneshin-users").map(item => toRecord(STREAMS.users, item));
const names = userRecords.map(({ name }) => name);

const TAGS: Readonly<Record<string, readonly [string, string]>> = {
	R: ["vless", "VLESS TCP REALITY"],
	G: ["vless", "VLESS GRPC REALITY"],
	W: ["vmess", "VMess Websocket"],
	M: ["vmess", "VMess TCP"],
	T: ["trojan", "Trojan Websocket TLS"],
	S: ["shadowsocks", "Shadowsocks TCP"]
};

const source = {
	authAlgorithm: "xxh128",
	services: recorded("marzneshin-services"),
	inbounds: recorded("marzneshin-inbounds").map(({ id, tag, protocol, config }) => ({
		id,
		tag,
		protocol,
		flow: (parse(String(config)) as WireObject).flow ?? null
	})),
	admins: recorded("marzneshin-admins"),
	sharedNames: [...new Set(names.filter((name, at) => names.indexOf(name) !== at))]
};
const target = {
	account: "admin",
	accountKind: "env",
	inbounds: Object.fromEntries(
		["vless", "vmess", "trojan", "shadowsocks"].map(protocol => [
			protocol,
			Object.values(TAGS).flatMap(([of, tag]) => (of === protocol ? [tag] : []))
		])
	),
	admins: []
};
const RULES = {
	inboundTags: {},
	resettingPlans: "full",
	refusedNames: "rename",
	limitedUsers: "disable",
	noAccess: "create"
};

let mapping: Mapping<Json>;
beforeAll(async () => {
	mapping = (await loadMappings()).named("marzneshin-to-marzban") as Mapping<Json>;
});
const contextWith = (rules: object = {}): Json =>
	mapping.contextOf(
		source as never,
		target as never,
		{ streams: ["admins", "users"], rules: { ...RULES, ...rules } } as never
	);
const move = (record: SourceRecord, context: Json): Transformed =>
	transform(mapping.streams.users as never, record, context);

interface Expected {
	readonly source: string;
	readonly name: string;
	readonly data: Json;
	readonly losses: string[];
}
const table = new Map(
	AWKWARD_USERS.trim()
		.split("\n")
		.slice(1)
		.map(line => {
			const cells = line.split("|").map(cell => cell.trim());
			const [id, shown, name, status, expire, limit, reset, hold, access, owner, losses] = cells as string[];
			const [duration, deadline] = hold === "-" ? [] : (hold as string).split("/");
			const data = {
				username: name,
				status,
				expire: expire === "-" ? null : Number(expire),
				data_limit: limit === "-" ? null : limit,
				data_limit_reset_strategy: reset,
				on_hold_expire_duration: duration === undefined ? null : Number(duration),
				on_hold_timeout: deadline ?? null,
				inbounds: inboundsOf(access as string),
				admin: owner === "-" ? null : owner
			} as Json;
			const expected = { source: shown, name, data, losses: losses === "-" ? [] : (losses as string).split(" ") };
			return [id as string, expected as Expected] as const;
		})
);

function inboundsOf(access: string): Record<string, string[]> {
	const inbounds: Record<string, string[]> = {};
	for (const letter of access === "none" ? "" : access) {
		const [protocol, tag] = TAGS[letter] as readonly [string, string];
		inbounds[protocol] = [...(inbounds[protocol] ?? []), tag].sort();
	}
	return inbounds;
}

/** With what of xxh128 was seen on the panel: a password is the digest, a UUID its digits with dashes. */
function proxiesAre(proxies: Json, { inbounds }: Json): void {
	const protocols = Object.keys(inbounds as Json);
	expect(Object.keys(proxies).sort()).toEqual((protocols.length > 0 ? protocols : ["vless"]).sort());
	const secrets = Object.values(proxies).map(account => {
		const { id, password } = account as Json;
		return String(id ?? password).replaceAll("-", "");
	});
	expect(new Set(secrets).size).toBe(1);
	expect(secrets[0]).toMatch(/^[0-9a-f]{32}$/);
	const { vless } = proxies as { vless?: Json };
	const reality = ((inbounds as Json).vless as string[] | undefined)?.includes("VLESS TCP REALITY");
	if (vless) expect(vless.flow).toBe(reality ? "xtls-rprx-vision" : "");
}

describe("the awkward users", () => {
	it("are all listed, but for the one the source has deleted", () => {
		const listed = userRecords.map(({ id }) => Number(id)).filter(id => id <= 127);
		expect(listed.sort((a, b) => a - b)).toEqual([...table.keys()].map(Number));
		expect(listed).toHaveLength(126);
	});

	it.each([...table])("become what the table says: %s", (id, { source: shown, name, data, losses }) => {
		const record = userRecords.find(each => each.id === id) as SourceRecord;
		const moved = move(record, contextWith());
		expect(record.name).toBe(shown);
		expect(moved.quarantine).toBeUndefined();
		const { proxies, note, ...rest } = (moved.target?.data ?? {}) as Json;
		expect([moved.name, moved.target?.name, rest]).toEqual([shown, name, data]);
		// Code point by code point; nothing and an empty note say the same.
		expect(note).toBe(record.data.note || null);
		proxiesAre(proxies as Json, data);
		const said = moved.losses.map(({ code, amount }) => (code === "quota_gain" ? `${code}=${amount}` : code));
		expect(said.sort()).toEqual([...losses].sort());
	});

	it.each([
		["1", "89b0b04c-0487-94a9-3bda-e8205218c76a"],
		["119", "481adc09-fe10-c0f8-1a33-5f40b9643450"]
	])("%s has the UUID that the source's own panel gave them", (id, uuid) => {
		const record = userRecords.find(each => each.id === id) as SourceRecord;
		expect(move(record, contextWith()).target?.data.proxies).toMatchObject({
			vless: { id: uuid },
			vmess: { id: uuid }
		});
	});
});

describe("all users of the recorded panel", () => {
	const tally = (codes: readonly string[]): Record<string, number> => {
		const counts: Record<string, number> = {};
		for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
		return counts;
	};

	it("are moved, each under a name of their own, and break no rule of the target", () => {
		const context = contextWith();
		const moved = userRecords.map(record => move(record, context));
		const held = moved.flatMap(({ quarantine }) => (quarantine ? [quarantine.category] : []));
		expect([moved.length, held]).toEqual([999, []]);
		expect(new Set(moved.map(({ target }) => target?.name.toLowerCase())).size).toBe(999);
		for (const { id, target } of moved)
			expect(mapping.violation("users", { id, data: target?.data as Json }, context)).toBeUndefined();
		const acts = moved.flatMap(({ losses }) => losses.filter(({ severity }) => severity === "act"));
		expect(tally(acts.map(({ code }) => code))).toEqual({
			access_lost: 1,
			hold_disabled: 24,
			// Three of them had expired, or were disabled, on plans that reset.
			limited_disabled: 43,
			renamed: 4
		});
	});

	it("who need a treatment are left for a human where the definition says so", () => {
		const context = contextWith({ refusedNames: "quarantine", limitedUsers: "quarantine", noAccess: "quarantine" });
		const held = userRecords.flatMap(record => move(record, context).quarantine?.category ?? []);
		expect(tally(held)).toEqual({ limited: 51, name_refused: 3, no_access: 1 });
	});
});
