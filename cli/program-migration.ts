/** The commands for migrations. */

import { type Command, Option } from "commander";
import { keysOf } from "../contracts/table";
import { VOCABULARY } from "../domain/migration/mappings";
import { anywhere, by, JSON_FLAG, type Opener, YES_FLAG } from "./asking";
import { LINK_FORMATS, REPORT_FORMATS } from "./formats";

/** A command's own part, loaded when it is given: most are not. */
const LOADED = {
	plan: (): typeof import("./commands/plan") => require("./commands/plan"),
	run: (): typeof import("./commands/run") => require("./commands/run"),
	dryRun: (): typeof import("./commands/dry-run") => require("./commands/dry-run"),
	decide: (): typeof import("./commands/decide") => require("./commands/decide"),
	status: (): typeof import("./commands/status") => require("./commands/status"),
	logs: (): typeof import("./commands/logs") => require("./commands/logs"),
	diff: (): typeof import("./commands/diff") => require("./commands/diff"),
	report: (): typeof import("./commands/report") => require("./commands/report"),
	links: (): typeof import("./commands/links") => require("./commands/links"),
	newSecrets: (): typeof import("./commands/new-secrets") => require("./commands/new-secrets")
};

const DEFINITION = ["<file>", "the definition, YAML or JSON"] as const;
const NAME = ["<name>", "the migration's name"] as const;

const REFERENCES = `
\${NAME} in a definition is filled in from the environment of whoever connects: of this process, or with --url of the
server, to which the definition goes as it is written.`;

export function addMigration(migration: Command, open: Opener): void {
	addBeginnings(migration, open);
	addDecisions(migration, open);
	addViews(migration, open);
	addLinks(migration, open);
}

/** An option for each kind that a mapping knows: the file that it is written to. */
const withArtefacts = (command: Command): Command =>
	Object.entries(VOCABULARY.artefacts).reduce(
		(each, [kind, { noun }]) =>
			each.option(
				`--${kind} <file>`,
				`where to write the ${noun[1]} that the target lacks (default: NAME-${kind}.json)`
			),
		command
	);

function addBeginnings(migration: Command, open: Opener): void {
	withArtefacts(anywhere(migration.command("plan")))
		.description("look at both sides and say what a run would do; writes to neither")
		.argument(...DEFINITION)
		.option(...JSON_FLAG)
		.addHelpText("after", REFERENCES)
		.action(by<[string]>(open, "write", () => LOADED.plan().plan));
	anywhere(migration.command("run"))
		.description("move everything and compare both sides; safe to interrupt, and to run again")
		.argument(...DEFINITION)
		.option(...JSON_FLAG)
		.option("--strict", "end with 4 also when something was lost on the way")
		.option("--backup-taken", "a backup of the target's database has been taken")
		.option("--accept <code...>", "losses of these codes need nobody's hand: without it, or `accept:`, some end with 4")
		.option("--only <name...>", "first move only these records of the last stream, look at them, and rest")
		.addOption(
			new Option("--limit <n>", "first move only so many records of the last stream, look at them, and rest").conflicts(
				"only"
			)
		)
		.addHelpText(
			"after",
			`${REFERENCES}\nCtrl-C stops a run of this process after the batch at hand; of a server it only stops the watching.`
		)
		.action(by<[string]>(open, "write", () => LOADED.run().runMigration));
	anywhere(migration.command("start"))
		.alias("resume")
		.description("begin what was planned, or go on with what was begun, by its name alone")
		.argument(...NAME)
		.option("--hash <hash>", "begin nothing but the definition that was reviewed, by the hash of its plan")
		.option("--backup-taken", "a backup of the target's database has been taken")
		.option("--accept <code...>", "losses of these codes need nobody's hand from now on")
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "write", () => LOADED.run().startMigration));
	anywhere(migration.command("dry-run"))
		.description("go through all of it and say what would become of every record; writes nothing")
		.argument(...DEFINITION)
		.option("--json", "print a line of JSON for each record")
		.addHelpText("after", REFERENCES)
		.action(by<[string]>(open, "write", () => LOADED.dryRun().dryRun));
}

const DECISIONS = {
	rollback: "put the target back as it was, where what is there is still ours; safe to interrupt, and to run again",
	compare: "compare once more; write what is new or changed at the source, list what others changed at the target",
	repair: "compare once more and write what differs, also where others changed it at the target",
	pause: "stop a run that a node would go on with by itself",
	cancel: "stop a run for good; what was moved stays, and can be rolled back"
} as const;

function addDecisions(migration: Command, open: Opener): void {
	for (const word of keysOf(DECISIONS)) {
		const command = anywhere(migration.command(word))
			.description(DECISIONS[word])
			.argument(...NAME)
			.option("--reason <text>", "why, for the record")
			.option(...JSON_FLAG);
		// These cannot be taken back.
		if (word === "rollback" || word === "cancel") command.option(...YES_FLAG);
		if (word === "repair") command.option("--removals <n>", "follow so many deletions at the source: all that wait");
		command.action(
			by<[string]>(open, "write", () => {
				const { decide } = LOADED.decide();
				return (client, name, flags) => decide(client, word, name, flags);
			})
		);
	}
}

function addViews(migration: Command, open: Opener): void {
	anywhere(migration.command("list"))
		.description("say where all migrations stand")
		.option("--watch", "say it again every second, until there is no more to come")
		.option(...JSON_FLAG)
		.action(by<[]>(open, "read", () => LOADED.status().list));
	anywhere(migration.command("status"))
		.description("say where a migration stands, or all of them")
		.argument("[name]", "the migration's name; all of them without it")
		.option("--watch", "say it again every second, until there is no more to come")
		.option(...JSON_FLAG)
		.action(by<[string | undefined]>(open, "read", () => LOADED.status().status));
	anywhere(migration.command("logs"))
		.description("list what happened to a migration, in order")
		.argument(...NAME)
		.option("--follow", "go on as it happens, until there is no more to come")
		.option("--json", "print a line of JSON for each event")
		.action(by<[string]>(open, "read", () => LOADED.logs().logs));
	anywhere(migration.command("diff"))
		.description("list the records that are not at the target as they should be, after the last comparison")
		.argument(...NAME)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "read", () => LOADED.diff().diff));
	anywhere(migration.command("report"))
		.description("say what became of every record")
		.argument(...NAME)
		.addOption(
			new Option("--format <format>", "a line a record, a summary, or one HTML file (default: ndjson)").choices(
				REPORT_FORMATS
			)
		)
		.addOption(
			new Option("--customers", "a CSV of the customers who notice something, in their words").conflicts("format")
		)
		.option("--out <file>", "write to a file instead of standard output")
		.action(by<[string]>(open, "read", () => LOADED.report().report));
}

function addLinks(migration: Command, open: Opener): void {
	anywhere(migration.command("links"))
		.description("list old links with their new addresses, for a proxy of one's own")
		.argument(...NAME)
		.addOption(
			new Option("--format <format>", "maps for nginx, maps for Caddy, or a table")
				.choices(LINK_FORMATS)
				.makeOptionMandatory()
		)
		.option("--out <file>", "write to a file for its owner alone instead of standard output")
		.addHelpText("after", "\nThe keys are read at the source, which must still be up; they stand in what is written.")
		.action(by<[string]>(open, "links", () => LOADED.links().links));
	anywhere(migration.command("new-secrets"))
		.description("list what new records got that the source could not give, as admins' passwords: to be handed out")
		.argument(...NAME)
		.option("--stream <stream>", "no other stream than this one")
		.option("--out <file>", "write to a file for its owner alone instead of standard output")
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "read", () => LOADED.newSecrets().newSecrets));
}
