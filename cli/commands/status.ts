import type { Status } from "../../contracts/migration/migration";
import type { Client } from "../client";
import { type Flags, print } from "../command";
import { EXIT } from "../exit";
import { interruption } from "../interruption";
import { rests } from "../rest";
import { statusText } from "../text";

/** How often a status that is watched is asked for, in ms. */
const EVERY = 1000;

export async function status(client: Client, name: string | undefined, flags: Flags): Promise<number> {
	if (flags.watch) return watch(client, name, flags);
	print(textOf(await found(client, name), name, flags));
	return EXIT.clean;
}

const found = async (client: Client, name: string | undefined): Promise<readonly Status[]> =>
	name === undefined ? client.call("migration.list", {}) : [await client.call("migration.status", { name })];

function textOf(all: readonly Status[], name: string | undefined, { json }: Flags): string {
	if (json) return JSON.stringify(name === undefined ? all : all[0]);
	return all.map(statusText).join("\n\n") || "There is no migration.";
}

/** Again and again, until all of it rests. */
async function watch(client: Client, name: string | undefined, flags: Flags): Promise<number> {
	const interrupt = interruption();
	const show = process.stdout.isTTY && !flags.json ? redraw : changes();
	while (!interrupt.seen) {
		const all = await found(client, name);
		show(textOf(all, name, flags));
		if (all.every(each => rests(client, each))) return EXIT.clean;
		await interrupt.pause(EVERY);
	}
	return EXIT.interrupted;
}

/** Onto an empty screen. */
const redraw = (text: string): void => print(`\u001b[H\u001b[2J${text}`);

/** Where no terminal can be redrawn: what is new. */
function changes(): (text: string) => void {
	let last = "";
	return text => {
		if (text !== last) print(text);
		last = text;
	};
}
