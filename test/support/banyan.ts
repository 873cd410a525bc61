/** The built command `banyan` as an operator runs it, against sample panels. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MarzbanOptions, startMarzban } from "../../demo/panels/marzban";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";
import { keepFirst } from "./few";

const BANYAN = join(__dirname, "..", "..", "dist", "cli", "banyan.js");

/** What the recorded panel loses on the way that somebody must act on: taken for granted, so that 4 says more than that. */
const RECORDED_ACTS = [
	"access_lost",
	"hold_disabled",
	"limited_disabled",
	"modify_access_gained",
	"renamed",
	"server_address",
	"service_access_gained",
	"sudo_dropped"
];

/** What failed is tried again soon: no panel of a test is far away. */
const SOON = { retryBaseMs: 50 };

interface Ended {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** A folder, two panels, a definition between them: `banyan(…)` runs in it. */
export interface Stage extends AsyncDisposable {
	readonly folder: string;
	readonly source: Panel;
	readonly target: Panel;
	readonly definition: string;
	/** Writes another definition; answers its path. */
	define(changes?: object, name?: string): string;
	banyan(args: readonly string[], environment?: Record<string, string | undefined>): Command;
	/** The same where no file may grow over `kilobytes`, as on a full disk. */
	limited(args: readonly string[], kilobytes: number): Promise<Ended>;
}
interface Command {
	readonly process: ChildProcess;
	readonly ended: Promise<Ended>;
}

export interface StageOptions {
	readonly source?: Panel;
	readonly target?: MarzbanOptions;
	/** The definition names the target's database too. */
	readonly database?: boolean;
	/** Only the first of the recorded users, where nothing hangs on how many there are. */
	readonly users?: number;
	/** What every definition of this stage says besides. */
	readonly changes?: object;
}

export async function openStage({
	source: given,
	target: options = {},
	database = false,
	users,
	changes: always = {}
}: StageOptions = {}): Promise<Stage> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-e2e-"));
	const source = given ?? (await startMarzneshin({ createMs: 0, loginMs: 0 }));
	if (users !== undefined) keepFirst(source, users);
	const file = join(folder, "marzban.db");
	const target = await startMarzban({ createMs: 0, loginMs: 0, ...(database && { file }), ...options });
	const sides = {
		source: { connector: "marzneshin", url: source.url, username: "admin", password: "${SOURCE_PASSWORD}", ...SOON },
		target: {
			connector: "marzban",
			url: target.url,
			username: "admin",
			password: "${TARGET_PASSWORD}",
			...SOON,
			settleMs: 500,
			...(database && { database: file })
		}
	};
	const define: Stage["define"] = (changes = {}, name = "panel") => {
		const file = join(folder, `${name}.json`);
		writeFileSync(file, JSON.stringify({ name, ...sides, accept: RECORDED_ACTS, ...always, ...changes }, null, "\t"));
		return file;
	};
	const own = { DATA_DIR: join(folder, "data"), SOURCE_PASSWORD: "admin123", TARGET_PASSWORD: "admin123" };
	return {
		folder,
		source,
		target,
		definition: define(),
		define,
		banyan: (args, environment = {}) =>
			command([process.execPath, BANYAN, ...args], { ...own, ...environment }, folder),
		limited: (args, kilobytes) =>
			command(["bash", "-c", `ulimit -f ${kilobytes}; exec "$@"`, "-", process.execPath, BANYAN, ...args], own, folder)
				.ended,
		[Symbol.asyncDispose]: async () => {
			if (!given) await source.close();
			await target.close();
			rmSync(folder, { recursive: true, force: true });
		}
	};
}

function command(
	[program, ...args]: readonly [string, ...string[]],
	environment: Record<string, string | undefined>,
	cwd: string
): Command {
	const { PATH, HOME } = process.env;
	const child = spawn(program, args, {
		cwd,
		env: { PATH, HOME, NODE_ENV: "test", ...environment } as NodeJS.ProcessEnv
	});
	let [stdout, stderr] = ["", ""];
	child.stdout.on("data", (chunk: Buffer) => {
		stdout += chunk.toString();
	});
	child.stderr.on("data", (chunk: Buffer) => {
		stderr += chunk.toString();
	});
	const ended = once(child, "close").then(([code]) => ({ code: code as number | null, stdout, stderr }));
	return { process: child, ended };
}
