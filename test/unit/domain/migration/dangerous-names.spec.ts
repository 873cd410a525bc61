/** Names that mean something to JavaScript, in every place where a panel or a definition may give a name. */

import fc from "fast-check";
import { USUAL } from "../../../../connectors/caps";
import { parse, toJson, type WireObject } from "../../../../connectors/http/json";
import { hostRecords, listsIn } from "../../../../connectors/marzban/host-records";
import { userFingerprint, userRecord } from "../../../../connectors/marzban/records";
import { refuse } from "../../../../connectors/marzban/refuse";
import { nextStep } from "../../../../connectors/marzban/steps";
import { streamOf } from "../../../../connectors/marzneshin/api";
import { STREAMS, type StreamName, toRecord } from "../../../../connectors/marzneshin/records";
import type { Json } from "../../../../contracts/json";
import { canonical } from "../../../../domain/canonical";
import { compareRecords, fieldDifferences } from "../../../../domain/migration/compare";
import { foldingOf } from "../../../../domain/migration/folding";
import { type Mapping, transform } from "../../../../domain/migration/mapping";
import { loadMappings } from "../../../../domain/migration/mappings";
import { redefined } from "../../../../domain/migration/redefinition";

let mapping: Mapping<Json>;
beforeAll(async () => {
	mapping = (await loadMappings()).named("marzneshin-to-marzban") as Mapping<Json>;
});
afterEach(() => {
	expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
	expect(Object.keys(Object.prototype)).toEqual([]);
});

const NAMES = Object.getOwnPropertyNames(Object.prototype).concat("prototype", "then", "length", "polluted");
const name = fc.constantFrom(...NAMES);
const nameOrNot = fc.oneof(
	{ weight: 3, arbitrary: name },
	{ weight: 1, arbitrary: fc.constantFrom("vless", "T1", "T2") }
);

/** As JSON gives it: a table has a name of its own, whatever it is. */
const table = (entries: readonly (readonly [string, unknown])[]): Record<string, never> =>
	JSON.parse(`{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`);

const world = fc.record({
	tags: fc.uniqueArray(nameOrNot, { minLength: 1, maxLength: 5 }),
	protocols: fc.array(nameOrNot, { minLength: 5, maxLength: 5 }),
	there: fc.array(fc.tuple(nameOrNot, fc.array(nameOrNot, { maxLength: 3 })), { maxLength: 4 }),
	rules: fc.array(fc.tuple(nameOrNot, nameOrNot), { maxLength: 3 }),
	admins: fc.uniqueArray(name, { maxLength: 4 }),
	service: nameOrNot,
	owner: name,
	host: fc.record({ remark: name, address: name, sni: name, path: name }),
	naming: fc.constantFrom({}, { users: "exact", admins: "loose", services: "case" })
});
type World = typeof world extends fc.Arbitrary<infer W> ? W : never;

const KEY = "0123456789abcdef0123456789abcdef";
function contextOf(of: World): Json {
	const inbounds = of.tags.map((tag, at) => ({ id: at + 1, tag, protocol: of.protocols[at] as string }));
	const ids = inbounds.map(({ id }) => id);
	const source = {
		authAlgorithm: "xxh128",
		inbounds,
		services: [{ id: 1, name: of.service, inbound_ids: ids }],
		admins: of.admins.map(username => ({ username, is_sudo: true, enabled: true })),
		sharedNames: of.admins
	};
	const target = {
		account: of.owner,
		accountKind: "db",
		inbounds: table(of.there),
		admins: of.admins.map(username => ({ username, is_sudo: false })),
		naming: of.naming
	};
	const rules = {
		inboundTags: table(of.rules),
		resettingPlans: "full",
		refusedNames: "rename",
		limitedUsers: "disable",
		noAccess: "create"
	};
	const definition = { streams: ["admins", "services", "hosts", "users"], rules } as never;
	const facts = JSON.parse(JSON.stringify(source));
	const context = mapping.contextOf(facts, target as never, definition);
	// As it is stored with the plan, and sent to other nodes.
	expect(JSON.parse(JSON.stringify(context))).toEqual(context);
	mapping.findings(context, facts, target as never, definition);
	mapping.lacking?.(context);
	return JSON.parse(JSON.stringify(context));
}

test("a plan knows them as names and no more, and every record is mapped or held back", () => {
	fc.assert(
		fc.property(world, of => {
			const context = contextOf(of);
			const records: [StreamName, WireObject][] = [
				[
					"users",
					{
						id: 1,
						username: "ali",
						key: KEY,
						enabled: true,
						expire_strategy: "never",
						service_ids: [1, 7],
						owner_username: of.owner
					}
				],
				["services", { id: 1, name: of.service, inbound_ids: [1] }],
				[
					"hosts",
					{
						id: 1,
						inbound_id: 1,
						...of.host,
						port: 1,
						security: of.host.remark,
						alpn: of.host.path,
						fingerprint: of.host.sni
					}
				],
				...of.admins.map((username, at): [StreamName, WireObject] => [
					"admins",
					{ id: at, username, is_sudo: true, enabled: true }
				])
			];
			for (const [stream, item] of records) {
				const record = toRecord(STREAMS[stream], parse(JSON.stringify(item)) as WireObject);
				expect(record.quarantine).toBeUndefined();
				const { target, quarantine } = transform(mapping.streams[stream] as never, record, context as never);
				expect(Boolean(target) || Boolean(quarantine)).toBe(true);
				if (!target) continue;
				// What was mapped says the same after its way over the wire.
				expect(canonical(JSON.parse(JSON.stringify(target.data)))).toBe(canonical(target.data));
				mapping.violation(stream, { id: "1", data: target.data }, context as never);
				if (stream === "users") nextStep({ ...target.data, username: "ali" }, undefined, { now: 0 });
			}
		})
	);
});

test("what a target holds under them is read, compared and refused by its own fields alone", () => {
	fc.assert(
		fc.property(fc.array(fc.tuple(name, fc.array(name, { maxLength: 3 })), { maxLength: 4 }), name, (lists, extra) => {
			const proxies = table(lists.map(([protocol, tags]) => [protocol, { id: tags[0] ?? "x" }]));
			const user = {
				...table([[extra, { polluted: 1 }]]),
				username: extra,
				proxies,
				inbounds: table(lists),
				status: extra
			};
			const { data } = userRecord(parse(JSON.stringify(user)) as WireObject, USUAL);
			expect(canonical(JSON.parse(JSON.stringify(data)))).toBe(canonical(data));
			userFingerprint(data);
			const asked: Json = { username: "ali", status: "active", proxies: { vless: { id: "x" } }, inbounds: {} };
			expect(nextStep(asked, data, { now: 0 }).kind).toBe("modify");
			expect(() => refuse({ ...data, username: "ali" })).toThrow(/not sent to Marzban/);
			const fields = fieldDifferences(asked, data, { fingerprint: userFingerprint }).map(({ field }) => field);
			expect(fields).not.toHaveLength(0);
			for (const { actual } of fieldDifferences(asked, data, { fingerprint: canonical }))
				expect(actual).not.toBe(undefined);
			compareRecords([{ id: "1", name: extra, data: asked }], [{ name: extra, data }], {
				fingerprint: userFingerprint
			});
		})
	);
});

test.each(NAMES)("%s is no stream, no folding, no option, and a tag like any other", of => {
	expect(() => streamOf(of)).toThrow(/has no stream/);
	expect(foldingOf({ naming: { users: "loose" } }, of)).toBe("exact");
	const before = { name: "x", source: { connector: "a" }, target: {} } as never;
	const after = { name: "x", source: JSON.parse(`{"connector":"a","${of}":1}`), target: {} } as never;
	expect(redefined(before, after, { source: {}, target: {} }).refused).toEqual([`source.${of}`]);
	const lists = listsIn(JSON.parse(`{"${of}":[{"remark":"r","address":"a"}]}`), USUAL);
	expect(hostRecords(lists)).toMatchObject([{ data: { tag: of, remark: "r" } }]);
	expect(Object.hasOwn(toJson(JSON.parse(`{"${of}":1}`)), of)).toBe(true);
});
