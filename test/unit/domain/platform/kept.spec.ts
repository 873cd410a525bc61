/** What kept answers are told apart by, what is compressed, and which routes keep any: laws over all values. */

import fc from "fast-check";
import { CONTRACTS } from "../../../../contracts/cluster";
import { ageOf, isFresh } from "../../../../domain/platform/kept/answer";
import { cacheStatus } from "../../../../domain/platform/kept/cache-status";
import { keyOf } from "../../../../domain/platform/kept/key";
import { KeptInMemory } from "../../../../domain/platform/kept/memory";
import { satisfies, wishesIn } from "../../../../domain/platform/kept/wishes";
import { PERSON, routesOf } from "../../../../domain/platform/routes";
import { mayCompress } from "../../../../services/platform/gateway/compressing";
import { isKnown } from "../../../../services/platform/gateway/kept/respond";
import { KEEPING } from "../../../support/kept-question";

const own = { ...KEEPING, isShared: false };
const params = fc.dictionary(fc.string(), fc.string(), { maxKeys: 5 });
const caller = fc.record({ id: fc.string(), scopes: fc.uniqueArray(fc.string(), { maxLength: 4 }) });
const shuffled = <T>(values: readonly T[]): T[] => [...values].reverse();

describe("a key", () => {
	it("is one for one question, whatever the order of its fields and scopes", () => {
		fc.assert(
			fc.property(params, caller, (fields, who) => {
				const again = Object.fromEntries(shuffled(Object.entries(fields)));
				const same = { ...who, scopes: shuffled(who.scopes) };
				expect(keyOf("a.b", own, again, same)).toBe(keyOf("a.b", own, fields, who));
			})
		);
	});

	it("is another one for any other action, field, value, caller or scope", () => {
		const spelled = (
			action: string,
			fields: object,
			{ id, scopes }: { id: string; scopes: readonly string[] }
		): string =>
			JSON.stringify([action, Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)), id, [...scopes].sort()]);
		const asked = fc.tuple(fc.string(), params, caller);
		fc.assert(
			fc.property(asked, asked, ([one, fields, who], [other, others, whoElse]) => {
				const isSame = spelled(one, fields, who) === spelled(other, others, whoElse);
				expect(keyOf(one, own, fields, who) === keyOf(other, own, others, whoElse)).toBe(isSame);
			})
		);
	});

	it("knows no caller where it is shared", () => {
		const [ann, bob] = [
			{ id: "ann", scopes: ["x"] },
			{ id: "bob", scopes: [] }
		];
		expect(keyOf("a.b", KEEPING, {}, ann)).toBe(keyOf("a.b", KEEPING, {}, bob));
		expect(keyOf("a.b", own, {}, ann)).not.toBe(keyOf("a.b", own, {}, bob));
	});
});

it("who says nothing gets what the library would give them", () => {
	fc.assert(
		fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 100 }), (age, seconds) => {
			const found = { kept: { body: Buffer.from("1"), tag: "", at: 0 }, isOver: false };
			const keeping = { ...KEEPING, seconds };
			const says = satisfies(found, keeping, wishesIn({ "cache-control": "x" }), age * 1000);
			expect(says).toBe(isFresh(found, keeping, age * 1000));
		})
	);
});

it.each([
	[{}, undefined, false, false],
	[{ pragma: "No-Cache" }, "no-cache", false, false],
	[{ pragma: "no-cache", "cache-control": "max-age=3" }, "max-age=3", false, false],
	[{ "cache-control": "No-Store , ONLY-if-cached" }, "no-store , only-if-cached", true, true]
])("%j is read", (headers, said, isPrivate, takesKeptAlone) => {
	expect(wishesIn(headers)).toEqual({ said, isPrivate, takesKeptAlone });
});

it("how an answer came about is one word of RFC 9211, and never both", () => {
	const all = [
		cacheStatus({ name: "hit", ttl: 1.9 }),
		cacheStatus({ name: "forwarded", why: "uri-miss", ttl: 2, isStored: true }),
		cacheStatus({ name: "collapsed", why: "stale", ttl: 2, isStored: true }),
		cacheStatus({ name: "stale", ttl: -11.5 })
	];
	expect(all).toEqual([
		"banyan; hit; ttl=1",
		"banyan; fwd=uri-miss; stored; ttl=2",
		"banyan; fwd=stale; stored; collapsed; ttl=2",
		"banyan; hit; ttl=-12; detail=stale"
	]);
});

it.each([
	["*", true],
	['W/"a"', true],
	['"a"', true],
	['"x", W/"a"', true],
	['"A"', false],
	["a", false],
	["", false]
])("a client that knows %s", (known, isSame) => {
	expect(isKnown({ headers: { "if-none-match": known } }, 'W/"a"')).toBe(isSame);
	expect(isKnown({ headers: {} }, 'W/"a"')).toBe(false);
});

it("what is kept stays within its bytes, whatever comes", () => {
	fc.assert(
		fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(400))), puts => {
			const memory = new KeptInMemory(1_000);
			for (const [key, size] of puts)
				memory.put("a.b", `${key}`, { body: Buffer.alloc(size), tag: "", at: 0 }, memory.courseOf("a.b"));
			expect(memory.bytes).toBeLessThanOrEqual(1_000);
		})
	);
});

it("no clock that is set back makes an answer younger than none", () => {
	expect(ageOf({ at: 5_000 }, 0)).toBe(0);
});

it("of all routes none keeps what is secret, a person's own, or changes anything, and none of these is compressed", () => {
	const routes = routesOf(CONTRACTS);
	const kept = routes.filter(route => route.kept);
	expect(kept.length).toBeGreaterThan(0);
	for (const { action, secret, permission, client, cookies, reads, answers } of kept)
		expect({ action, secret, client, cookies, reads, isOwn: permission === PERSON, answers: answers[0] }).toEqual({
			action,
			secret: false,
			client: false,
			cookies: [],
			reads: true,
			isOwn: false,
			answers: "json"
		});
	for (const route of routes.filter(({ secret, cookies }) => secret || cookies.length > 0))
		expect([route.action, mayCompress(route)]).toEqual([route.action, false]);
});
