/** The new passwords of admins, for the operator to hand out: in a file only he can read, in no log and no report. */

import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { EventStore } from "../../../adapters/eventstore";
import { readRecords } from "./journal";

/** Written anew from the records each time, so that it holds every record that was created, once. */
export async function writePasswords(
	store: EventStore,
	name: string,
	stream: string,
	file: string,
	passwordFor: (name: string) => string
): Promise<void> {
	const created: string[] = [];
	let names = new Map<string, string>();
	for await (const { event } of readRecords(store, name, stream)) {
		if (event.type === "prepared")
			names = new Map(event.data.intents.map(({ id, target }) => [id, target?.name ?? ""]));
		else
			created.push(...event.data.results.filter(r => r.outcome === "created").map(({ id }) => names.get(id) as string));
	}
	if (created.length === 0) return;
	const lines = created.map(admin => `${quoted(admin)},${passwordFor(admin)}`);
	mkdirSync(dirname(file), { recursive: true });
	const fresh = `${file}.new`;
	writeFileSync(fresh, ["username,password", ...lines, ""].join("\n"), { mode: 0o600 });
	chmodSync(fresh, 0o600);
	renameSync(fresh, file);
}

/** As RFC 4180 says. */
const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
