import type { Status } from "../../contracts/migration/migration";
import { jsonText } from "../../domain/text/json";
import { shown } from "../../domain/text/visible";
import type { Client } from "../client";
import { type Flags, paper, print, say, screen } from "../command";
import { EXIT } from "../exit";
import { interruption } from "../interruption";
import { rests, stoppedText } from "../rest";
import { listText } from "../text/list";
import { storyOf } from "./run";

/** How often a status that is watched is asked for, in ms. */
const EVERY = 1000;

export async function status(client: Client, name: string | undefined, flags: Flags): Promise<number> {
	if (flags.watch) return watch(client, name, flags);
	print(textOf(client, await found(client, name), name, flags));
	return EXIT.clean;
}

export const list = (client: Client, flags: Flags): Promise<number> => status(client, undefined, flags);

const found = async (client: Client, name: string | undefined): Promise<readonly Status[]> =>
	name === undefined ? client.call("migration.list", {}) : [await client.call("migration.status", { name })];

function textOf(client: Client, all: readonly Status[], name: string | undefined, flags: Flags): string {
	const [one] = all;
	if (flags.json) return jsonText(name === undefined ? all : one);
	return name === undefined || !one
		? listText(all, paper(client), Date.now())
		: storyOf(client, one, { ...flags, holder: client.holder?.() });
}

/** Again and again, until all of it rests. */
async function watch(client: Client, name: string | undefined, flags: Flags): Promise<number> {
	const interrupt = interruption();
	const redraws = process.stdout.isTTY && screen.redraws && !flags.json;
	const show = redraws ? redraw : changes();
	let last = "";
	let stopped: string[] = [];
	while (!interrupt.seen) {
		const all = await found(client, name);
		last = textOf(client, all, name, flags);
		show(last);
		stopped = all.flatMap(each => stoppedText(each) ?? []);
		if (all.every(each => rests(client, each))) break;
		await interrupt.pause(EVERY);
	}
	// What stood there is left to be read.
	screen.clear();
	if (redraws) print(last);
	if (interrupt.seen) return EXIT.interrupted;
	for (const why of stopped) say(`banyan: ${shown(why)}`);
	return stopped.length > 0 ? EXIT.broken : EXIT.clean;
}

const redraw = (text: string): void => screen.draw(text.split("\n"));

/** Where no terminal can be redrawn: what is new. */
function changes(): (text: string) => void {
	let last = "";
	return text => {
		if (text !== last) print(text);
		last = text;
	};
}
