/** The command `banyan` with every request it sends kept, so that the peer can send the very same ones. */

import { subscribe } from "node:diagnostics_channel";
import { writeFileSync } from "node:fs";
import { built } from "./product";
import type { Sent } from "./sent";

export function record([file, ...args]: readonly string[]): void {
	const lines: string[] = [];
	subscribe("undici:request:create", message => {
		const { origin, method, path, body } = (message as { request: Sent }).request;
		lines.push(JSON.stringify({ origin: String(origin), method, path, body: body === null ? null : String(body) }));
	});
	process.on("exit", () => writeFileSync(String(file), lines.join("\n")));
	process.argv = [process.execPath, "banyan", ...args];
	built("cli/banyan.js");
}
