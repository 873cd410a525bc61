/** `node dist/local/main.js up|health|down|repl`: a cluster on this machine, for people. */

import { resolve } from "node:path";
import { maskText } from "../domain/text/masking";
import { visibleLines } from "../domain/text/visible";
import { messageOf } from "../domain/unknown";
import { environment } from "../environment";
import { FOLDER } from "./cluster";
import { down, health, up } from "./commands";
import { canLook } from "./marks";
import { repl } from "./repl";
import { supervise } from "./supervise";

/** False, or a number other than 0: it did not end well. */
const COMMANDS: Readonly<Record<string, (folder: string, options: readonly string[]) => Promise<unknown>>> = {
	up,
	health,
	down: folder => down(folder, environment().CLUSTER_CLEAN !== undefined),
	supervise,
	repl: (folder, options) => repl(options, folder)
};

async function main([name = "", ...words]: readonly string[]): Promise<number> {
	const command = COMMANDS[name];
	if (!command) throw new Error(`There is no '${name}'; there are: ${Object.keys(COMMANDS).join(", ")}.`);
	if (!canLook() && name !== "repl")
		throw new Error("Processes are found by /proc, which is not there: this needs Linux.");
	const [folder = FOLDER] = words.filter(word => !word.startsWith("-"));
	const options = words.filter(word => word.startsWith("-"));
	const ended = await command(resolve(folder), options);
	return typeof ended === "number" ? ended : Number(ended === false);
}

main(process.argv.slice(2)).then(
	code => process.exit(code),
	(error: unknown) => {
		process.stderr.write(`cluster: ${visibleLines(maskText(messageOf(error)))}\n`);
		process.exit(1);
	}
);
