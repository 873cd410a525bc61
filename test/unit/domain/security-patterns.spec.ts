/** Patterns that are laid on texts of a definition, a panel or a client: what a long text of any kind takes grows with it alone. */

import { inboundsFor } from "../../../connectors/marzneshin/inbound-configs";
import { addressOf } from "../../../connectors/sql/address";
import { readAddress } from "../../../domain/migration/address";
import { fold } from "../../../domain/migration/folding";
import { atBase, linkAddresses } from "../../../domain/migration/link-addresses";
import { createDerivations } from "../../../domain/migration/marzneshin-to-marzban/credentials";
import { optionProblem } from "../../../domain/migration/option";
import { redirectedAtHome } from "../../../domain/migration/subscriptions/panel-answer";
import { maskText, shownAddress } from "../../../domain/text/masking";
import { parseReferences } from "../../../domain/text/references";
import { isEncoded } from "../../../services/migration/subscriptions/answer";

const LENGTH = 60_000;
/** What a quadratic pattern likes: runs of one thing that do not end as it hopes. */
const PIECES = [
	"/",
	" ",
	"_",
	"{",
	"}",
	"=",
	"//",
	"/*",
	'"',
	"\\",
	"#",
	"*",
	"${",
	"$${",
	"@",
	":",
	"%",
	"a",
	"1",
	"-",
	"\t"
];
const PARTS = ["/sub/", "Bearer ", "password=", "//a:", "{a", '"\\', "0."];
const ENDS = ["x", "!"];

const texts = [...PIECES, ...PARTS].flatMap(piece => ENDS.map(end => piece.repeat(LENGTH / piece.length) + end));

const or = (work: () => unknown): void => {
	try {
		work();
	} catch (error) {
		expect(error).not.toBeInstanceOf(RangeError);
	}
};

let plain: (key: string) => unknown;
beforeAll(async () => {
	plain = (await createDerivations()).plain;
});

const number = { description: "", type: "number" } as const;
const TAKERS: readonly (readonly [string, (text: string) => unknown])[] = [
	["a system's address", text => readAddress(`http://h/${text}`)],
	["an address that is shown", text => shownAddress(`http://h/${text}`)],
	["a database's address", text => addressOf(text)],
	["a database server's address", text => addressOf(`mysql://${text}`)],
	["a reference", text => parseReferences(text)],
	["a number", text => optionProblem(number, text, "filled")],
	["a log line", text => maskText(text)],
	["a name at a database that folds", text => fold(text, "loose")],
	["a key of a customer", text => plain(text)],
	["a node's config", text => inboundsFor(["t"], [{ node: "n", config: text }] as never)],
	["a link of a panel", text => linkAddresses(`/${text}`, "http://h", { query: "" })],
	["a link behind a panel", text => atBase("http://h/p", `/${text}`)],
	["a redirect", text => redirectedAtHome("http://h/a", `http://h/${text}`)],
	["an encoded answer", text => isEncoded({ body: Buffer.from(text) } as never)]
];

it.each(TAKERS)("%s", (_, take) => {
	for (const text of texts) {
		const before = process.cpuUsage();
		or(() => take(text));
		const { user, system } = process.cpuUsage(before);
		// A pattern that begins anew at each character takes more than a second.
		expect([text.slice(0, 8), text.at(-1), (user + system) / 1e6 < 1]).toEqual([text.slice(0, 8), text.at(-1), true]);
	}
});
