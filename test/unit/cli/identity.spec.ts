/** `banyan identity`: an authority and identities in a folder, for their owner alone. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	initIdentities,
	issueIdentity,
	retireAuthorities,
	rotateAuthority,
	showIdentity,
	withdrawIdentity
} from "../../../cli/commands/identity";
import { readAuthorities } from "../../../domain/platform/identity/authorities";

let folder: string;
const printed: string[] = [];
beforeEach(() => {
	folder = join(mkdtempSync(join(tmpdir(), "banyan-cli-")), "own");
	printed.length = 0;
	for (const stream of [process.stdout, process.stderr])
		jest.spyOn(stream, "write").mockImplementation(text => printed.push(String(text)) > 0);
});
afterEach(() => {
	jest.restoreAllMocks();
	rmSync(join(folder, ".."), { recursive: true });
});

const flags = () => ({ in: folder });
const known = () => readAuthorities(readFileSync(join(folder, "authorities.json"), "utf8"));

it("makes an authority once, and identities that say what they are for; all of it is its owner's", () => {
	expect(initIdentities(flags())).toBe(0);
	expect(initIdentities(flags())).toBe(0);
	expect(known()?.keys).toHaveLength(1);
	issueIdentity("stages", { ...flags(), nodes: ["stages-*"], services: ["extractor", "importer"], days: "30" });
	showIdentity(join(folder, "stages.json"), { ...flags(), json: true });
	const said = JSON.parse(printed.at(-1) ?? "");
	expect(said).toMatchObject({ name: "stages", nodes: ["stages-*"], services: ["extractor", "importer"] });
	expect(Date.parse(said.until) - Date.parse(said.from)).toBe(30 * 86_400_000);
	for (const file of readdirSync(folder))
		expect([file, statSync(join(folder, file)).mode & 0o777]).toEqual([file, 0o600]);
	expect(statSync(folder).mode & 0o777).toBe(0o700);
	expect(printed.join("")).not.toContain('"d"');
});

it("withdraws, lets an authority follow another one, and retires the one before", () => {
	initIdentities(flags());
	issueIdentity("gateway-1", flags());
	withdrawIdentity("gateway-1", flags());
	const [before] = known()?.keys ?? [];
	rotateAuthority(flags());
	expect(known()).toMatchObject({ keys: [expect.not.stringMatching(String(before)), before], withdrawn: [/./] });
	retireAuthorities(flags());
	expect(known()?.keys).not.toContain(before);
});

it("says what is wrong", () => {
	expect(() => issueIdentity("a", flags())).toThrow(
		/There is no authority in '.*own': `banyan identity init` makes one/
	);
	initIdentities(flags());
	for (const name of ["authority", "authorities", "../x", "", "a/b", ".hidden", "x".repeat(65)])
		expect(() => issueIdentity(name, flags())).toThrow(/no name for an identity/);
	for (const days of ["0", "826", "-1", "x", "1.5"])
		expect(() => issueIdentity("a", { ...flags(), days })).toThrow("--days must be a whole number, 1 to 825");
	expect(() => showIdentity(join(folder, "authorities.json"), flags())).toThrow(/cannot be used: it is a file of/);
	expect(() => showIdentity(join(folder, "none.json"), flags())).toThrow(/cannot be read \(ENOENT\)/);
});
