/** Hashes that other tools made (test/fixtures/passwords): read, tried, told apart; and our own. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { HASH_FORMATS, storedHash } from "../../../adapters/passwords/formats";
import { hashed, verified } from "../../../adapters/passwords/passwords";

interface Fixture {
	readonly format: string;
	readonly madeBy: string;
	readonly password: string;
	readonly stored: string;
}
const fixtures: readonly Fixture[] = JSON.parse(
	readFileSync(join(__dirname, "..", "..", "fixtures", "passwords", "hashes.json"), "utf8")
);
const UNSALTED = ["md5", "sha1", "sha256", "ldap-sha"];
const TYPOS = ["", "Correct horse battery staple", `${"x".repeat(71)}y`];

it("every format has a hash that its own tool made", () => {
	expect([...new Set(fixtures.map(({ format }) => format))].sort()).toEqual([...HASH_FORMATS].sort());
});

describe.each(HASH_FORMATS)("%s", format => {
	const ours = fixtures.filter(each => each.format === format);

	it("is told by its shape, and is no other", () => {
		for (const { stored } of ours) expect(storedHash(stored)?.format).toBe(format);
	});

	it("opens for its password, and for no other", async () => {
		for (const { stored, password } of ours) {
			expect(await verified(password, stored, true)).toBe("re-hash");
			for (const typo of TYPOS) expect(await verified(typo, stored, true)).toBe("no");
			expect(await verified(password.slice(0, 5), stored, true)).toBe("no");
		}
	});

	it("with one letter of its digest changed it opens for nobody", async () => {
		for (const { stored, password } of ours.slice(0, 1)) {
			const at = stored.search(/[0-9a-zA-Z](?=[^$]*$)/) + 2;
			const changed = stored.slice(0, at) + (stored[at] === "a" ? "b" : "a") + stored.slice(at + 1);
			expect(await verified(password, changed, true)).not.toBe("re-hash");
		}
	});
});

it("a hash without a salt is refused unless somebody allowed it", async () => {
	const unsalted = fixtures.filter(({ format }) => UNSALTED.includes(format));
	for (const { stored, password } of unsalted) expect(await verified(password, stored)).toBe("unknown");
	for (const { stored, password } of fixtures.filter(each => !unsalted.includes(each)))
		expect(await verified(password, stored)).toBe("re-hash");
});

it("ln=14 is a logarithm and ln=16384 is the number: by the same password both open", async () => {
	const [passlib, kratos] = ["passlib-scrypt", "kratos-scrypt"].map(format =>
		fixtures.find(each => each.format === format)
	);
	expect(passlib?.stored).toMatch(/^\$scrypt\$ln=10,/);
	expect(kratos?.stored).toMatch(/^\$scrypt\$ln=1024,/);
	expect(passlib?.password).toBe(kratos?.password);
});

it.each([
	["nothing", ""],
	["a password in clear", "hunter2"],
	["Django's mark for none", "!a1b2c3"],
	["bcrypt's broken form", "$2x$05$abcdefghijklmnopqrstuuXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"],
	["a scrypt whose N is no power of two", "$scrypt$ln=1000,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg==$MDEyMzQ1Njc4OWFiY2RlZg=="],
	["an argon2 of a version that is no more", "$argon2id$v=16$m=1024,t=2,p=1$c2FsdHNhbHQ$c2FsdHNhbHQ"],
	["letters behind the end", `${fixtures[0]?.stored}\n`],
	["base64 with a bit left over", "{SSHA}c2FsdHNhbHRzYWx0c2FsdHNhbHR="],
	["what takes a gigabyte", "$argon2id$v=19$m=1048576,t=2,p=1$c2FsdHNhbHQ$c2FsdHNhbHQ"],
	["what takes a day", "pbkdf2_sha256$999999999$salt$c2FsdHNhbHQ="],
	["a crypt of a thousand million rounds", `$6$rounds=999999999$salt$${"a".repeat(86)}`]
])("%s is no hash here", async (_, stored) => {
	expect(await verified("hunter2", stored, true)).toBe("unknown");
});

it("no text makes it fail", async () => {
	const near = fc
		.constantFrom(...fixtures.map(({ stored }) => stored))
		.chain(stored =>
			fc
				.tuple(fc.nat(stored.length), fc.string({ maxLength: 3 }))
				.map(([at, put]) => stored.slice(0, at) + put + stored.slice(at + 1))
		);
	await fc.assert(
		fc.property(fc.oneof(fc.string(), near), text => {
			storedHash(text);
		}),
		{ numRuns: 2000 }
	);
});

describe("our own", () => {
	it("is argon2id with a salt of its own, and needs nothing more", async () => {
		const [one, other] = [await hashed("swordfish"), await hashed("swordfish")];
		expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
		expect(one).not.toBe(other);
		expect(await verified("swordfish", one)).toBe("ok");
		expect(await verified("swordfish ", one)).toBe("no");
	});

	it("cuts nothing: the letter behind the seventy-second counts, and one behind a NUL", async () => {
		const long = "y".repeat(200);
		expect(await verified(`${long}z`, await hashed(long))).toBe("no");
		expect(await verified("a\0c", await hashed("a\0b"))).toBe("no");
	});

	it("is the same for the same letters, however a keyboard composes them", async () => {
		expect(await verified("cafe\u0301", await hashed("caf\u00e9"))).toBe("ok");
	});
});
