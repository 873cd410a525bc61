/** Which names a MariaDB takes for one: as we fold them, and as the sample panel does, against the server itself. */

import type { RowDataPacket } from "mysql2";
import { areOne } from "../../demo/panels/marzban/names";
import { fold } from "../../domain/migration/folding";
import { type MariaDb, startMariaDb } from "../support/mariadb";

let server: MariaDb;
beforeAll(async () => {
	server = await startMariaDb();
}, 60_000);
afterAll(() => server?.[Symbol.asyncDispose]());

/** What resellers are called, and what else tells two names apart, or does not. */
const NAMES = [
	..."admin ADMIN Admin ádmin a\u0301dmin admîn ådmin æon aeon AEON ﬁne fine straße strasse STRASSE İstanbul istanbul".split(
		" "
	),
	..."ısparta isparta João joao JOÃO ñandu nandu Øre ore Łódź lodz đorđe dorde ſee see ① 1 ۱ ١ １ x² x2 ½ 1⁄2".split(
		" "
	),
	..."Ελλάδα ελλαδα σας σασ Киев киев ё е й и ґ г ї і Ґ كاربر کاربر كتاب کتاب ي ی ئ ى ه ة ۀ أحمد احمد آ ا مُحَمَّد محمد".split(
		" "
	),
	..."שלום שלוס ך כ ם מ ア あ ァ ガ か 用户 用戶 用 ㍿ 한글 ㅎㅏㄴ ไทย ไท เ देव दे ☺ ☹ ☺️ ♥ ♡ ™ tm №5 no5 ℡ tel".split(
		" "
	),
	..."😀 🚀 𝕏 𝒳 𠀀 a😀 a🚀 😀a 👨‍👩‍👧 👍🏽 👍 \uffff \ufffd a\ufffd ah\u200cmad ahmad ah\u00admad ta\u0640lib talib".split(
		" "
	),
	..."a.b a-b a_b ab a@b a/b a?b a#b a%41 aA a'b a\"b a`b a\\b (a) [a] a+b a=b a,b a;b a:b ‐a -a –a —a −a".split(" "),
	...["Й", "и\u0306", "ا\u0653", "ў", "у", "Ѓ", "г", "ñ", "n\u0303"],
	...[
		"a b",
		"a\u00a0b",
		"a\u3000b",
		"ab ",
		"ab   ",
		" ab",
		"ab\u00a0",
		"ab\t",
		"a\tb",
		"\t",
		"",
		" ",
		"a  b",
		"x\u0000y",
		"xy"
	]
];

async function oneAtTheServer(): Promise<Set<string>> {
	await server.root.query("CREATE TABLE names (at INT, name VARCHAR(64)); SET NAMES utf8mb4");
	await server.root.query("INSERT INTO names VALUES ?", [NAMES.map((name, at) => [at, name])]);
	const sql = "SELECT a.at AS one, b.at AS other FROM names a JOIN names b ON a.name = b.name AND a.at < b.at";
	const [pairs] = await server.root.query<RowDataPacket[]>(sql);
	return new Set(pairs.map(({ one, other }) => `${NAMES[one]} = ${NAMES[other]}`));
}

const pairsWhere = (are: (one: string, other: string) => boolean): Set<string> =>
	new Set(
		NAMES.flatMap((one, at) => NAMES.slice(at + 1).flatMap(other => (are(one, other) ? [`${one} = ${other}`] : [])))
	);

test("whatever the server takes for one, so do we; what else we do is listed here", async () => {
	const there = await oneAtTheServer();
	const loose = pairsWhere((one, other) => fold(one, "loose") === fold(other, "loose"));
	const sample = pairsWhere(areOne);
	expect(there.size).toBeGreaterThan(60);
	expect({
		loose: [without(there, loose), without(loose, there)],
		sample: [without(there, sample), without(sample, there)]
	}).toEqual({ loose: [[], []], sample: [[], []] });
});

const without = (all: ReadonlySet<string>, known: ReadonlySet<string>): string[] =>
	[...all].filter(pair => !known.has(pair));
