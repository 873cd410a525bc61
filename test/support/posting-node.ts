/** A node in a process of its own that takes one letter over, `LETTER`, and goes on until it is killed. */

import { openNode } from "../../node";

async function main(): Promise<void> {
	const node = await openNode({ logLevel: "fatal", logFile: 2 });
	await node.call("mail.send", JSON.parse(String(process.env.LETTER)));
}

void main();
