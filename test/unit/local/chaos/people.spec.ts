import { People, type Session } from "../../../../local/chaos/people";

const session = (id: string): Session => ({
	id,
	account: "a",
	accessToken: "",
	refreshToken: "",
	busy: false,
	reads: 0
});

it("a session that is being refreshed is nobody else's to use", () => {
	const people = new People();
	people.open.push({ ...session("one"), busy: true }, session("two"));
	expect([0, 1, 2].map(nth => people.free(nth)?.id)).toEqual(["two", "two", "two"]);
});

it("the oldest of many is signed out of, unless somebody uses it", () => {
	const people = new People();
	people.open.push(...Array.from({ length: 31 }, (_, index) => session(String(index))));
	const [oldest] = people.open;
	for (const use of [{ busy: true }, { reads: 1 }]) {
		Object.assign(oldest as Session, { busy: false, reads: 0 }, use);
		expect(people.leaving()).toBeUndefined();
	}
	people.read("0");
	expect(people.leaving()?.id).toBe("0");
	expect(people.leaving()).toBeUndefined();
});

it("no more guesses are looked at than anybody may: one too many is told", () => {
	const people = new People();
	people.looked.set("ada", 10);
	expect(people.over).toEqual([]);
	people.looked.set("ada", 11);
	expect(people.over).toEqual(["guesses at ada"]);
});
