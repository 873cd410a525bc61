/** Every command of `banyan` that asks a server, within this process: many of them cost no more than their requests. */

import type { Client } from "../../cli/client";
import { concluded, type Flags, withClient } from "../../cli/command";
import { listCalls, listNodes, listServices, setLevel } from "../../cli/commands/cluster";
import { decide } from "../../cli/commands/decide";
import { diff } from "../../cli/commands/diff";
import { dryRun } from "../../cli/commands/dry-run";
import { deliverAgain, dropLetters, listLetters, replayLetters, showLetter } from "../../cli/commands/events";
import { jobHistory, listJobs, pauseJob, resumeJob, showJob } from "../../cli/commands/jobs";
import { createKey, listKeys, revokeKey, rotateKey } from "../../cli/commands/keys";
import { links } from "../../cli/commands/links";
import { logs } from "../../cli/commands/logs";
import { newSecrets } from "../../cli/commands/new-secrets";
import { plan } from "../../cli/commands/plan";
import { report } from "../../cli/commands/report";
import { runMigration, startMigration } from "../../cli/commands/run";
import { list, status } from "../../cli/commands/status";
import { opener } from "../../cli/open";

export type Work = (client: Client, flags: Flags) => Promise<number>;
export const VERBS: Readonly<Record<string, Work>> = {
	plan: (client, flags) => plan(client, "panel.json", flags),
	"dry-run": (client, flags) => dryRun(client, "panel.json", flags),
	run: (client, flags) => runMigration(client, "panel.json", flags),
	start: (client, flags) => startMigration(client, "panel", flags),
	...Object.fromEntries(
		(["pause", "cancel", "rollback", "compare", "repair"] as const).map((word): [string, Work] => [
			word,
			(client, flags) => decide(client, word, "panel", { ...flags, yes: true })
		])
	),
	status: (client, flags) => status(client, "panel", flags),
	list,
	watch: (client, flags) => status(client, "panel", { ...flags, watch: true }),
	logs: (client, flags) => logs(client, "panel", flags),
	follow: (client, flags) => logs(client, "panel", { ...flags, follow: true }),
	diff: (client, flags) => diff(client, "panel", flags),
	...Object.fromEntries(
		["ndjson", "json", "html", "customers"].map((format): [string, Work] => [
			`report ${format}`,
			client => report(client, "panel", { format, out: `report-${format}` })
		])
	),
	links: client => links(client, "panel", { format: "nginx", out: "links" }),
	"new-secrets": (client, flags) => newSecrets(client, "panel", { ...flags, out: "new-secrets.csv" }),
	nodes: listNodes,
	services: listServices,
	calls: (client, flags) => listCalls(client, { ...flags, during: "0" }),
	level: (client, flags) => setLevel(client, "all", "debug", undefined, flags),
	"events list": listLetters,
	"events show": (client, flags) => showLetter(client, "0b7c", flags),
	"events replay": (client, flags) => replayLetters(client, "0b7c", flags),
	"events drop": (client, flags) => dropLetters(client, "0b7c", { ...flags, yes: true }),
	"events again": (client, flags) => deliverAgain(client, "idempotency", flags),
	"jobs list": listJobs,
	"jobs show": (client, flags) => showJob(client, "sessions.sweep", flags),
	"jobs history": (client, flags) => jobHistory(client, "sessions.sweep", flags),
	"jobs pause": (client, flags) => pauseJob(client, "sessions.sweep", { ...flags, reason: "A move." }),
	"jobs resume": (client, flags) => resumeJob(client, "sessions.sweep", flags),
	"keys create": (client, flags) => createKey(client, "panel", { ...flags, scope: ["migration:read"] }),
	"keys list": listKeys,
	"keys rotate": (client, flags) => rotateKey(client, "1f2e", flags),
	"keys revoke": (client, flags) => revokeKey(client, "1f2e", { ...flags, yes: true })
};

export interface Ended {
	readonly code: number;
	/** Both outputs, as they came. */
	readonly text: string;
	/** Without what Node or the command says beside it. */
	readonly stdout: string;
}

/** Runs one command against a server, as the program does, but for the reading of its words. */
export function banyan(
	{ url, key }: { readonly url: string; readonly key: string },
	work: Work,
	flags: Flags = {}
): Promise<Ended> {
	const open = opener(
		() => Promise.reject(new Error("embedded")),
		() => ({ BANYAN_API_KEY: key })
	)({ url });
	return captured(() => withClient(open, "write", client => work(client, flags)));
}

/** What a command prints, and its exit code. */
export async function captured(command: () => Promise<void>): Promise<Ended> {
	let [text, stdout] = ["", ""];
	const keep =
		(isResult: boolean) =>
		(chunk: unknown, encoding?: unknown, done?: unknown): boolean => {
			text += String(chunk);
			if (isResult) stdout += String(chunk);
			const last = [encoding, done].find(each => typeof each === "function") as (() => void) | undefined;
			last?.();
			return true;
		};
	const spies = [process.stdout, process.stderr].map(stream =>
		jest.spyOn(stream, "write").mockImplementation(keep(stream === process.stdout) as never)
	);
	process.exitCode = undefined;
	try {
		const code = await concluded(command);
		return { code, text, stdout };
	} finally {
		for (const spy of spies) spy.mockRestore();
		process.exitCode = undefined;
	}
}
