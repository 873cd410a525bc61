/**
 * Writes down what the contracts say at a release, contracts/released.json: the next one is compared with it, since nodes
 * of both run side by side while a cluster is upgraded. With `--breaking` also where they cannot.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CONTRACTS } from "../contracts/cluster";
import { incompatible, type Released, releasedForm } from "../contracts/compatibility";

const FILE = join(__dirname, "..", "contracts", "released.json");

const now = releasedForm(CONTRACTS);
const faults = incompatible(JSON.parse(readFileSync(FILE, "utf8")) as Released, now);
if (faults.length > 0 && !process.argv.includes("--breaking")) {
	process.stderr.write(
		`${faults.join("\n")}\nNodes of the two releases cannot run side by side. If that is meant, give --breaking, and say in CHANGELOG.md that all nodes are stopped for this upgrade.\n`
	);
	process.exitCode = 1;
} else writeFileSync(FILE, `${JSON.stringify(now, null, "\t")}\n`);
