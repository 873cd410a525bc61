/** What holds of people in any store that several nodes share: counts, owners and handles are right whatever they do at once. */

import fc from "fast-check";
import { keyOf } from "../../domain/community/users/records";
import { nth } from "../../domain/there";
import { propertyOf } from "../../domain/unknown";
import { Follows } from "../../services/community/users/follows";
import * as members from "../../services/community/users/members";
import * as organisations from "../../services/community/users/organisations";
import { forget } from "../../services/community/users/personal";
import { change } from "../../services/community/users/profiles";
import { search } from "../../services/community/users/searching";
import { faultsOf, type People, populate } from "./people";

/** Two nodes over one store. */
export interface Shared extends AsyncDisposable {
	readonly nodes: readonly [People, People];
}

const BOUNDS = { organisations: 100, members: 100 };
const NAMES = ["ada", "bob", "cleo", "dan", "eve"] as const;
type Name = (typeof NAMES)[number];
const ORGANISATIONS = ["analysts", "builders"] as const;
const ROLES = ["owner", "admin", "member"] as const;

const ok = (done: PromiseSettledResult<unknown>): boolean => done.status === "fulfilled";
const codes = (all: readonly PromiseSettledResult<unknown>[]): unknown[] =>
	all.flatMap(done => (done.status === "rejected" ? [propertyOf(done.reason, "type") ?? String(done.reason)] : []));

/** @param runs of each property @param many people at once */
export function peopleSuite(
	title: string,
	open: () => Promise<Shared>,
	{ runs, many }: { runs: number; many: number }
): void {
	describe(title, () => {
		it(`${many} who follow and unfollow one at once, at two nodes, are counted right`, async () => {
			await using shared = await open();
			const [one, other] = shared.nodes;
			const fans = Array.from({ length: many }, (_, at) => `fan${at}`);
			await populate(one, ["ada", ...fans]);
			const follows = [new Follows(one, { following: 100 }), new Follows(other, { following: 100 })] as const;
			await Promise.all(fans.map((fan, at) => follows[at % 2 === 0 ? 0 : 1].follow(fan, "ada")));
			expect(await one.get(keyOf("counts", "ada"))).toMatchObject({ followers: many });
			await Promise.all(
				fans.flatMap((fan, at) => [
					at % 2 === 0 ? follows[0].unfollow(fan, "ada") : follows[1].follow(fan, "ada"),
					at % 2 === 0 ? follows[1].unfollow(fan, "ada") : follows[0].follow(fan, "ada")
				])
			);
			expect(await other.get(keyOf("counts", "ada"))).toMatchObject({ followers: Math.floor(many / 2) });
			expect(await faultsOf(one)).toEqual([]);
		});

		it("whatever people do, one after the other or at once, counts are right and each organisation has an owner", async () => {
			await fc.assert(
				fc.asyncProperty(fc.array(fc.array(act, { minLength: 1, maxLength: 4 }), { maxLength: 12 }), async rounds => {
					await using shared = await open();
					const [one] = shared.nodes;
					const follows = shared.nodes.map(people => new Follows(people, { following: 3 }));
					await populate(one, NAMES);
					for (const handle of ORGANISATIONS) await organisations.create(one, BOUNDS, "ada", { handle, name: handle });
					for (const round of rounds) await done(round, shared.nodes, follows);
					expect(await faultsOf(one)).toEqual([]);
				}),
				{ numRuns: runs }
			);
		});

		it("of two owners who leave at once one stays", async () => {
			await using shared = await open();
			const [one, other] = shared.nodes;
			await populate(one, ["ada", "bob"]);
			await organisations.create(one, BOUNDS, "ada", { handle: "analysts", name: "Analysts" });
			await members.invite(one, BOUNDS, "ada", { handle: "analysts", whom: "bob", role: "owner" });
			await members.accept(one, BOUNDS, "bob", "analysts");
			const done = await Promise.allSettled([
				members.leave(one, "ada", "analysts"),
				members.leave(other, "bob", "analysts")
			]);
			expect(done.filter(ok)).toHaveLength(1);
			expect(codes(done)).toEqual(["OWNER_NEEDED"]);
			expect(await faultsOf(one)).toEqual([]);
		});

		it("of two who want one handle at once, a person and an organisation, one has it", async () => {
			await using shared = await open();
			const [one, other] = shared.nodes;
			await populate(one, ["ada", "bob", "cleo"]);
			const done = await Promise.allSettled([
				change(one, "ada", { handle: "Lovelace" }),
				change(other, "bob", { handle: "lovelace" }),
				organisations.create(one, BOUNDS, "cleo", { handle: "LOVELACE", name: "L" })
			]);
			expect(done.filter(ok)).toHaveLength(1);
			expect(codes(done)).toEqual(["HANDLE_TAKEN", "HANDLE_TAKEN"]);
			expect(await faultsOf(one)).toEqual([]);
		});

		it("whoever is forgotten while others follow and invite them is gone, and what names them is right", async () => {
			await using shared = await open();
			const [one, other] = shared.nodes;
			await populate(one, NAMES);
			const follows = [new Follows(one, { following: 100 }), new Follows(other, { following: 100 })] as const;
			await organisations.create(one, BOUNDS, "ada", { handle: "analysts", name: "Analysts" });
			for (const person of ["bob", "cleo"] as const) {
				await members.invite(one, BOUNDS, "ada", {
					handle: "analysts",
					whom: person,
					role: person === "cleo" ? "admin" : "member"
				});
				await members.accept(one, BOUNDS, person, "analysts");
				await follows[0].follow(person, "ada");
				await follows[1].follow("ada", person);
			}
			await Promise.allSettled([
				forget(one, follows[0], "ada"),
				follows[1].follow("dan", "ada"),
				follows[1].follow("ada", "dan"),
				members.invite(other, BOUNDS, "ada", { handle: "analysts", whom: "dan", role: "member" }),
				organisations.create(other, BOUNDS, "ada", { handle: "builders", name: "Builders" })
			]);
			await forget(other, follows[1], "ada");
			expect(await faultsOf(one)).toEqual([]);
			expect(await members.members(one, "cleo", "analysts", { limit: 10 })).toMatchObject({
				items: expect.arrayContaining([expect.objectContaining({ handle: "cleo", role: "owner" })])
			});
			for await (const record of one.each()) expect(JSON.stringify(record)).not.toMatch(/\bada\b/);
		});

		it("people are found by the beginning of handle or name, in any script and spelling, page by page, once each", async () => {
			await using shared = await open();
			const [one] = shared.nodes;
			await populate(one, ["ada", "adam", "bob", "cleo", "dan"]);
			await change(one, "bob", { name: "ADA BYRON" });
			await change(one, "cleo", { name: "Straße Ångström" });
			await change(one, "dan", { name: "Adalbert", visibility: "private" });
			const found = async (q: string, limit = 1): Promise<string[]> => {
				const handles: string[] = [];
				for (let after: string | undefined; ; ) {
					const page = await search(one, q, { limit, ...(after !== undefined && { after }) });
					handles.push(...page.items.map(({ handle }) => handle));
					if (page.next === null) return handles;
					after = page.next;
				}
			};
			expect(await found("Ada")).toEqual(["ada", "adam", "bob"]);
			expect(await found("ａｄａ", 50)).toEqual(["ada", "adam", "bob"]);
			expect(await found("strasse å")).toEqual(["cleo"]);
			for (const nobody of ["", "   ", "dal", "%", "_", ".*", "\u{10ffff}", "\0", "ada@"])
				expect(await found(nobody)).toEqual([]);
		});
	});
}

/** Each at a node of its own. @throws what nobody may end with */
async function done(round: readonly Act[], nodes: Shared["nodes"], follows: readonly Follows[]): Promise<void> {
	const all = await Promise.allSettled(round.map((each, at) => each(nth(nodes, at % 2), nth(follows, at % 2))));
	const odd = codes(all).filter(code => !EXPECTED.includes(String(code)));
	if (odd.length > 0) throw new Error(`It ended with ${odd}.`);
}

const EXPECTED = "USER_NOT_FOUND VALIDATION_ERROR ORGANISATION_NOT_FOUND OWNER_NEEDED FORBIDDEN LIMIT_REACHED".split(
	" "
);

type Act = (people: People, follows: Follows) => Promise<unknown>;
const name = fc.constantFrom<Name>(...NAMES);
const organisation = fc.constantFrom(...ORGANISATIONS);
const role = fc.constantFrom(...ROLES);

const act: fc.Arbitrary<Act> = fc.oneof(
	fc.tuple(name, name).map(
		([a, b]): Act =>
			(_, follows) =>
				follows.follow(a, b)
	),
	fc.tuple(name, name).map(
		([a, b]): Act =>
			(_, follows) =>
				follows.unfollow(a, b)
	),
	fc.tuple(name, organisation, name, role).map(
		([a, handle, person, as]): Act =>
			people =>
				members.invite(people, BOUNDS, a, { handle, whom: person, role: as })
	),
	fc.tuple(name, organisation).map(
		([a, handle]): Act =>
			people =>
				members.accept(people, BOUNDS, a, handle)
	),
	fc.tuple(name, organisation).map(
		([a, handle]): Act =>
			people =>
				members.leave(people, a, handle)
	),
	fc.tuple(name, organisation, name, role).map(
		([a, handle, person, as]): Act =>
			people =>
				members.assign(people, a, { handle, whom: person, role: as })
	),
	fc.tuple(name, organisation, name).map(
		([a, handle, person]): Act =>
			people =>
				members.dismiss(people, a, handle, person)
	),
	fc.record({ a: name, v: fc.constantFrom("public", "private") }).map(
		({ a, v }): Act =>
			people =>
				change(people, a, { visibility: v as "public" })
	),
	{
		weight: 1,
		arbitrary: fc.tuple(name, organisation).map(
			([a, handle]): Act =>
				people =>
					organisations.dissolve(people, a, handle)
		)
	},
	{
		weight: 1,
		arbitrary: name.map(
			(a): Act =>
				(people, follows) =>
					forget(people, follows, a)
		)
	}
);
