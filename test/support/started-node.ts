/** A node in a process of its own, started as `make start` does. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..");
const START = join(ROOT, "dist", "start.js");

export interface StartedNode extends AsyncDisposable {
	/** Where its gateway listens, if it runs one. */
	readonly url: string;
	readonly pid: number;
	/** What it logged until now. */
	log(): string;
	/** Sends SIGTERM and waits; answers its exit code. */
	stop(): Promise<number | null>;
	/** As the kernel would. */
	kill(): Promise<void>;
}

/** The built program of this tree. */
const BUILT = { cwd: ROOT, program: [START] } as const;

/** Ready when it says so in its log. @param from another tree, with what Node is to run there */
export async function startNode(
	environment: Record<string, string>,
	from: { readonly cwd: string; readonly program: readonly string[] } = BUILT
): Promise<StartedNode> {
	const { PATH, HOME } = process.env;
	const child = spawn(process.execPath, from.program, {
		cwd: from.cwd,
		env: {
			PATH,
			HOME,
			NODE_ENV: "test",
			SECRET_NAMES: "SOURCE_PASSWORD,TARGET_PASSWORD",
			...environment
		} as NodeJS.ProcessEnv
	});
	let log = "";
	await new Promise<void>((resolve, reject) => {
		const hear = (chunk: Buffer): void => {
			log += chunk.toString();
			if (log.includes("ServiceBroker with")) resolve();
		};
		child.stdout.on("data", hear);
		child.stderr.on("data", hear);
		child.once("exit", code => reject(new Error(`The node ended with ${code}:\n${log}`)));
	});
	child.removeAllListeners("exit");
	const end = async (signal: NodeJS.Signals): Promise<void> => {
		if (child.exitCode !== null || child.signalCode !== null) return;
		child.kill(signal);
		await once(child, "exit");
	};
	return {
		url: /The gateway listens on (http:\S+?)\."/.exec(log)?.[1] ?? "",
		pid: child.pid as number,
		log: () => log,
		stop: async () => {
			await end("SIGTERM");
			return child.exitCode;
		},
		kill: () => end("SIGKILL"),
		[Symbol.asyncDispose]: () => end("SIGTERM")
	};
}
