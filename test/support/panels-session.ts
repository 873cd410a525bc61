/** Sample panels opened for one test each, asked as their sudo, closed after it. */
import type { Agent } from "node:http";
import type { Json } from "../../demo/panels/json";
import { type MarzbanOptions, startMarzban } from "../../demo/panels/marzban";
import { type MarzneshinOptions, startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";
import { ask, logIn, object, objects, type Reply } from "./panels";

/** Nothing costs anything, and no job runs by itself. */
export const quick = { createMs: 0, loginMs: 0, jobSeconds: 0 };

export class Session {
	private constructor(
		readonly panel: Panel,
		private readonly token: string
	) {}

	static async on(panel: Panel): Promise<Session> {
		return new Session(panel, await logIn(panel));
	}

	ask(method: string, path: string, json?: Json, agent?: Agent): Promise<Reply> {
		return ask(this.panel, path, { method, token: this.token, json, agent: agent ?? false });
	}

	/** The items of a list of either panel. */
	async items(path: string): Promise<ReturnType<typeof objects>> {
		const body = object((await this.ask("GET", path)).body);
		return objects(body.items ?? body.users);
	}
}

const open: Panel[] = [];

export async function closeAll(): Promise<void> {
	await Promise.all(open.splice(0).map(panel => panel.close()));
}

async function opened(panel: Panel): Promise<Session> {
	open.push(panel);
	return Session.on(panel);
}

export const marzban = async (options: MarzbanOptions = {}): Promise<Session> =>
	opened(await startMarzban({ ...quick, ...options }));

export const marzneshin = async (options: MarzneshinOptions = {}): Promise<Session> =>
	opened(await startMarzneshin({ ...quick, ...options }));

/** The smallest user Marzban takes. */
export const vless = (username: string, more: Record<string, Json> = {}): Json => ({
	username,
	proxies: { vless: {} },
	...more
});
