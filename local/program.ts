/** `node dist/local/main.js up|health|down`: a cluster on this machine, for people. */

import { resolve } from "node:path";
import { maskText } from "../domain/text/masking";
import { visibleLines } from "../domain/text/visible";
import { messageOf } from "../domain/unknown";
import { environment } from "../environment";
import { FOLDER } from "./cluster";
import { down, health, up } from "./commands";
import { canLook } from "./marks";
import { supervise } from "./supervise";

const COMMANDS: Readonly<Record<string, (folder: string) => Promise<unknown>>> = {
	up,
	health,
	down: folder => down(folder, environment().CLUSTER_CLEAN !== undefined),
	supervise
};

async function main([name = "", folder = FOLDER]: readonly string[]): Promise<boolean> {
	const command = COMMANDS[name];
	if (!command) throw new Error(`There is no '${name}'; there are: ${Object.keys(COMMANDS).join(", ")}.`);
	if (!canLook()) throw new Error("Processes are found by /proc, which is not there: this needs Linux.");
	return (await command(resolve(folder))) !== false;
}

main(process.argv.slice(2)).then(
	well => process.exit(well ? 0 : 1),
	(error: unknown) => {
		process.stderr.write(`cluster: ${visibleLines(maskText(messageOf(error)))}\n`);
		process.exit(1);
	}
);
