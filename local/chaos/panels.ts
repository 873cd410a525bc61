/** Two sample panels in processes of their own, and a definition between them. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "../cluster";

export interface Panels extends AsyncDisposable {
	readonly definition: object;
}

const USERS = 50;
/** What the sample panels take. */
const LOGIN = { username: "admin", password: "admin123" };

/** @param mark variables by which they are found */
export async function openPanels(name: string, mark: Readonly<Record<string, string>>): Promise<Panels> {
	const open = async (kind: "marzneshin" | "marzban", ...more: readonly string[]) => {
		const serve = join(ROOT, "dist", "demo", "panels", "serve.js");
		const child = spawn(process.execPath, [serve, kind, "--create-ms", "0", "--login-ms", "0", ...more], {
			stdio: ["ignore", "pipe", "ignore"],
			env: { ...mark }
		});
		const [line] = (await once(createInterface(child.stdout), "line")) as [string];
		const { url } = JSON.parse(line) as { url: string };
		return { child, side: { connector: kind, url, ...LOGIN } };
	};
	const [source, target] = await Promise.all([open("marzneshin", "--users", String(USERS)), open("marzban")]);
	return {
		definition: { name, source: source.side, target: target.side, streams: ["admins", "users"] },
		[Symbol.asyncDispose]: async () => {
			for (const { child } of [source, target]) child.kill();
		}
	};
}
