/** The peer of everything over HTTP: plain undici and JSON.parse, nothing checked, nothing kept. */

import { Pool } from "undici";
import type { Sent } from "./sent";

type Call = Pick<Sent, "method" | "path" | "body">;

/** One account's bare connection to a panel. */
export class Bare implements AsyncDisposable {
	private readonly pool: Pool;
	private headers: Record<string, string> = {};

	constructor(url: string, connections = 8) {
		this.pool = new Pool(url, { connections, pipelining: 1 });
	}

	async logIn(tokenPath: string): Promise<this> {
		const body = new URLSearchParams({ username: "admin", password: "admin123", grant_type: "password" }).toString();
		const headers = { "content-type": "application/x-www-form-urlencoded" };
		const answer = await this.pool.request({ method: "POST", path: tokenPath, headers, body });
		const { access_token } = (await answer.body.json()) as { access_token: string };
		const authorization = `Bearer ${access_token}`;
		this.headers = { accept: "application/json", "content-type": "application/json", authorization };
		return this;
	}

	async send({ method, path, body }: Call): Promise<unknown> {
		const answer = await this.pool.request({ method: method as "GET", path, body, headers: this.headers });
		const text = await answer.body.text();
		if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
		return JSON.parse(text);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.pool.destroy();
	}
}

/** Works off units of calls, so many units at once, the calls of one unit in order. Answers the seconds it took. */
export async function replay(bare: Bare, units: readonly (readonly Call[])[], atOnce: number): Promise<number> {
	let next = 0;
	const worker = async (): Promise<void> => {
		for (;;) {
			const unit = units[next++];
			if (!unit) return;
			for (const call of unit) await bare.send(call);
		}
	};
	const began = performance.now();
	await Promise.all(Array.from({ length: atOnce }, worker));
	return (performance.now() - began) / 1000;
}
