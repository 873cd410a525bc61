#!/usr/bin/env node
/** The command `banyan`: everything an operator does. */

import { Command, CommanderError } from "commander";
import { version } from "../package.json";
import { type Flags, run, withClient } from "./command";
import { decide } from "./commands/decide";
import { diff } from "./commands/diff";
import { dryRun } from "./commands/dry-run";
import { plan } from "./commands/plan";
import { report } from "./commands/report";
import { runMigration } from "./commands/run";
import { status } from "./commands/status";
import { openEmbedded } from "./embedded";
import { EXIT } from "./exit";

const program = new Command("banyan")
	.description("Takes a live system off its monolith: data and traffic move together, verified and reversible.")
	.version(version)
	.exitOverride()
	.showHelpAfterError("See `banyan --help`.");

const migration = program.command("migration").description("Moves the records of one system to another.");
const json = ["--json", "print JSON, for scripts"] as const;

migration
	.command("plan")
	.description("look at both sides and say what a run would do; writes to neither")
	.argument("<file>", "the definition, YAML or JSON")
	.option("--inbounds <file>", "where to write the inbounds that the target lacks (default: NAME-inbounds.json)")
	.option(...json)
	.action((file: string, flags: Flags) => withClient(openEmbedded, "write", client => plan(client, file, flags)));

migration
	.command("run")
	.description("move everything and compare both sides; safe to interrupt, and to run again")
	.argument("<file>", "the definition, YAML or JSON")
	.option(...json)
	.option("--strict", "end with 4 also when something was lost on the way")
	.option("--backup-taken", "a backup of the target's MySQL database has been taken")
	.option("--only <name...>", "first move only these records of the last stream, look at them, and rest")
	.option("--limit <n>", "first move only so many records of the last stream, look at them, and rest")
	.action((file: string, flags: Flags) =>
		withClient(openEmbedded, "write", client => runMigration(client, file, flags))
	);

migration
	.command("dry-run")
	.description("go through all of it and say what would become of every record; writes nothing")
	.argument("<file>", "the definition, YAML or JSON")
	.option("--json", "a line of JSON a record")
	.action((file: string, flags: Flags) => withClient(openEmbedded, "write", client => dryRun(client, file, flags)));

const WORDS = {
	rollback: "put the target back as it was, where what is there is still ours; safe to interrupt, and to run again",
	repair: "compare once more and write what differs, also where others changed it at the target",
	pause: "stop a run that a node would go on with by itself",
	cancel: "stop a run for good; what was moved stays, and can be rolled back"
} as const;
for (const word of Object.keys(WORDS) as (keyof typeof WORDS)[])
	migration
		.command(word)
		.description(WORDS[word])
		.argument("<name>")
		.option("--reason <text>", "why, for the record")
		.option(...json)
		.action((name: string, flags: Flags) =>
			withClient(openEmbedded, "write", client => decide(client, word, name, flags))
		);

migration
	.command("status")
	.description("where a migration stands, or all of them")
	.argument("[name]")
	.option(...json)
	.action((name: string | undefined, flags: Flags) =>
		withClient(openEmbedded, "read", client => status(client, name, flags))
	);

migration
	.command("diff")
	.description("the records that are not at the target as they should be, after the last comparison")
	.argument("<name>")
	.option(...json)
	.action((name: string, flags: Flags) => withClient(openEmbedded, "read", client => diff(client, name, flags)));

migration
	.command("report")
	.description("what became of every record")
	.argument("<name>")
	.option("--format <format>", "ndjson (a line a record), json (a summary) or html (one file)", "ndjson")
	.option("--customers", "a CSV of the customers who notice something, in their words")
	.option("--out <file>", "write to a file instead of standard output")
	.action((name: string, flags: Flags) => withClient(openEmbedded, "read", client => report(client, name, flags)));

run(async () => {
	try {
		await program.parseAsync();
	} catch (error) {
		if (!(error instanceof CommanderError)) throw error;
		// Help and version end well; commander has said what was wrong with all else.
		process.exitCode = error.exitCode === 0 ? EXIT.clean : EXIT.broken;
	}
});
