/** The completions, in the shells that read them. */

import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStage, type Stage } from "../support/banyan";

let stage: Stage;
let bin: string;
beforeAll(async () => {
	stage = await openStage({ users: 1 });
	// `banyan` as it stands in a PATH; what it is told is in the environment.
	bin = join(stage.folder, "bin");
	mkdirSync(bin);
	const program = join(__dirname, "..", "..", "dist", "cli", "banyan.js");
	writeFileSync(join(bin, "banyan"), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
	chmodSync(join(bin, "banyan"), 0o755);
	expect((await stage.banyan(["migration", "run", stage.definition, "--limit", "1"]).ended).code).toBe(0);
	writeFileSync(join(bin, "completion"), (await stage.banyan(["completion", "bash"]).ended).stdout);
});
afterAll(() => stage[Symbol.asyncDispose]());

const shell = (program: string, script: string, args: readonly string[] = []): string =>
	execFileSync(program, [...args, "-c", script], {
		cwd: stage.folder,
		encoding: "utf8",
		env: { PATH: `${bin}:${process.env.PATH}`, HOME: stage.folder, DATA_DIR: join(stage.folder, "data") }
	});

/** What bash offers when Tab is pressed behind these words, the last of which may be half or empty. */
const offered = (...words: string[]): string[] =>
	shell(
		"bash",
		`source bin/completion
		COMP_WORDS=(banyan ${words.map(word => `'${word}'`).join(" ")}); COMP_CWORD=${words.length}
		_banyan; for word in "\${COMPREPLY[@]}"; do printf '%s\\n' "$word"; done`,
		["--norc"]
	)
		.split("\n")
		.filter(word => word !== "");

describe("bash", () => {
	it.each<[string[], string[]]>([
		[
			[""],
			[
				"migration",
				"keys",
				"users",
				"sessions",
				"events",
				"config",
				"flag",
				"jobs",
				"route",
				"nodes",
				"services",
				"calls",
				"limits",
				"level",
				"repl",
				"backup",
				"restore",
				"identity",
				"secrets",
				"completion"
			]
		],
		[["m"], ["migration"]],
		[
			["keys", ""],
			["create", "list", "rotate", "revoke"]
		],
		[
			["migration", "re"],
			["repair", "report"]
		],
		[["migration", "status", "--w"], ["--watch"]],
		[
			["migration", "report", "panel", "--format", ""],
			["ndjson", "json", "html"]
		],
		[
			["migration", "links", "--format", "c"],
			["caddy", "csv"]
		],
		[["keys", "create", "x", "--scope", "k"], ["keys:manage"]],
		// As bash takes it apart, and puts it together again.
		[
			["keys", "create", "x", "--scope", "migration", ":", "r"],
			["read", "run"]
		],
		[
			["keys", "create", "x", "--scope", "migration", ":"],
			["read", "plan", "run"]
		],
		[["migration", "status", "--url", "http", ":", "//127.0.0.1", ":", "8000", "--w"], ["--watch"]],
		[["migration", "run", "panel"], ["panel.json"]],
		[["migration", "links", "panel", "--out", "pan"], ["panel.json"]],
		[["migration", "rollback", ""], ["panel"]],
		[["migration", "status", "p"], ["panel"]],
		[["migration", "status", "q"], []],
		[["keys", "create", ""], []],
		[
			["completion", ""],
			["bash", "zsh", "fish"]
		]
	])("behind %j offers %j", (words, wanted) => {
		expect(offered(...words)).toEqual(wanted);
	});

	it("is quiet where there is nothing to be had", () => {
		const answer = shell(
			"bash",
			`source <(banyan completion bash); export DATA_DIR=/nowhere BANYAN_URL=http://127.0.0.1:9 BANYAN_API_KEY=x
			COMP_WORDS=(banyan migration status ''); COMP_CWORD=3; _banyan 2>&1; echo "\${#COMPREPLY[@]}"`,
			["--norc"]
		);
		expect(answer).toBe("0\n");
	});

	it("evaluates nothing that stands in a file's name or on the line", () => {
		writeFileSync(join(stage.folder, "odd $(touch evaluated) `touch evaluated`"), "");
		expect(offered("migration", "plan", "odd")).toEqual(["odd $(touch evaluated) `touch evaluated`"]);
		offered("migration", "status", "$(touch evaluated)");
		expect(shell("bash", "ls")).not.toMatch(/^evaluated$/m);
	});
});
