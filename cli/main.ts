/** The command `banyan`: everything an operator does. */

import { CommanderError } from "commander";
import { run, screen } from "./command";
import { environment, openEmbedded } from "./embedded";
import { EXIT } from "./exit";
import { opener } from "./open";
import { banyan } from "./program";

run(async () => {
	if (environment().TERM === "dumb") screen.onlyPrints();
	try {
		await banyan(opener(openEmbedded, environment)).parseAsync();
	} catch (error) {
		if (!(error instanceof CommanderError)) throw error;
		// Help and version end well; commander has said what was wrong with all else.
		process.exitCode = error.exitCode === 0 ? EXIT.clean : EXIT.broken;
	}
});
