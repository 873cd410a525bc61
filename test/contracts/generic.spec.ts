/** The pipeline knows no panel: its files do not even name one, but where a reason stands here. */

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..");
const FOLDERS = ["services/migration", "contracts/migration", "cli", "adapters", "mixins"];
const GENERIC = ["domain/migration/*.ts", ...FOLDERS.map(folder => `${folder}/**/*.ts`)];
const PANEL = /panels?\b|marz\w*|inbounds?|subscriptions?/i;

/** What a file may name all the same, and why. */
const EXCEPTIONS: readonly (readonly [file: RegExp, may: RegExp, why: string])[] = [
	[/^domain\/migration\/mappings\.ts$/, /marzneshin\w*(-to-marzban\/entry)?/gi, "the registry names what it holds"],
	[/^domain\/migration\/versions\.ts$/, /missingInbounds|"inbounds"/g, "what earlier events said"],
	[/^contracts\/migration\/plan\.ts$/, /missingInbounds|`inbounds`/g, "a field that callers of earlier releases read"],
	[
		/^(contracts\/migration\/planning|services\/migration\/(migration\.service|run\/former))\.ts$/,
		/\w*inbounds?\b/gi,
		"POST /migrations/inbounds, which goes on being answered"
	],
	[/^contracts\/migration\/\w+\.ts$/, /"subscriptions"/g, "a service by its name"],
	[
		/^(contracts|services)\/migration\/subscriptions/,
		/.*/g,
		"customers' old links by HTTP: their form is the mapping's, who may ask what of which panel is theirs"
	],
	[
		/^contracts\/migration\/(examples|extractor|transformer|validator)\.ts$/,
		/marz\w*(-to-marz\w*)?|inbounds?|panel/gi,
		"examples show the mapping that Banyan brings"
	],
	[/^cli\/help\.ts$/, /panel(\.\w+)?/g, "examples name the definition of the README's quick start"]
];

const files = globSync(GENERIC, { cwd: ROOT }).sort();

/** The lines of a file that name what only a mapping or a connector may. */
function named(file: string): string[] {
	const may = EXCEPTIONS.filter(([where]) => where.test(file)).map(([, what]) => what);
	return readFileSync(join(ROOT, file), "utf8")
		.split("\n")
		.filter(line => PANEL.test(may.reduce((text, what) => text.replace(what, ""), line)));
}

it("there are many of them", () => {
	expect(files.length).toBeGreaterThan(150);
});

it("none of them names a panel, or what only panels have", () => {
	expect(files.flatMap(file => named(file).map(line => `${file}: ${line.trim()}`))).toEqual([]);
});

it.each(EXCEPTIONS)("the exception of %s is needed", (where, _, why) => {
	const texts = files.filter(file => where.test(file)).map(file => readFileSync(join(ROOT, file), "utf8"));
	expect(texts.some(text => PANEL.test(text))).toBe(true);
	expect(why).toMatch(/\w/);
});
