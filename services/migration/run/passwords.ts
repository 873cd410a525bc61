/** The new passwords of admins, for the operator to hand out: in a file only he can read, in no log and no report. */

import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { EventStore } from "../../../adapters/eventstore";
import { readBatches } from "./journal";

/** Written anew from the records each time, so that it holds every record that was created, once. */
export async function writePasswords(
	store: EventStore,
	name: string,
	stream: string,
	file: string,
	passwordFor: (name: string) => string
): Promise<void> {
	const created: string[] = [];
	for await (const { entries } of readBatches(store, name, stream))
		for (const { intent, result } of entries)
			if (result.outcome === "created" && intent.target) created.push(intent.target.name);
	if (created.length === 0) return;
	const lines = [...new Set(created)].map(admin => `${quoted(admin)},${passwordFor(admin)}`);
	mkdirSync(dirname(file), { recursive: true });
	const fresh = `${file}.new`;
	writeFileSync(fresh, ["username,password", ...lines, ""].join("\n"), { mode: 0o600 });
	chmodSync(fresh, 0o600);
	renameSync(fresh, file);
}

/** As RFC 4180 says. */
const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
