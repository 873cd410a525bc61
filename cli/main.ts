/** The command `banyan`: everything an operator does. */

import { CommanderError } from "commander";
import { environment } from "../environment";
import type { Open } from "./client";
import { run, screen } from "./command";
import { EXIT } from "./exit";
import { opener } from "./open";
import { banyan } from "./program";

/** Most of what this command loads: help, the version, and a server far away do without. */
const embedded: Open = need => {
	const { openEmbedded }: typeof import("./embedded") = require("./embedded");
	return openEmbedded(need);
};

run(async () => {
	if (environment().TERM === "dumb") screen.onlyPrints();
	try {
		await banyan(opener(embedded, environment)).parseAsync();
	} catch (error) {
		if (!(error instanceof CommanderError)) throw error;
		// Help and version end well; commander has said what was wrong with all else.
		process.exitCode = error.exitCode === 0 ? EXIT.clean : EXIT.broken;
	}
});
