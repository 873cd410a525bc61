/** What the bench measures is begun as operators begin it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NODE_FLAGS } from "../../bench/product";

const STARTS = ["banyan", "Makefile", "package.json", "docs/runbooks/behind-a-proxy.md"];

it.each(STARTS)("%s begins Node with the flags of the bench", file => {
	const starts = readFileSync(join(__dirname, "..", "..", file), "utf8")
		.split("\n")
		.filter(line => /node"? .*dist\/(start|cli\/banyan)\.js/.test(line));
	expect(starts).not.toEqual([]);
	for (const line of starts) for (const flag of NODE_FLAGS) expect(line).toContain(flag);
});
