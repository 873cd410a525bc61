/** The command `banyan`: everything an operator does. */

import { environment } from "../environment";
import type { Open } from "./client";
import { run, screen } from "./command";
import { given } from "./given";
import { opener } from "./open";
import { banyan } from "./program";

/** Most of what this command loads: help, the version, and a server far away do without. */
const embedded: Open = need => {
	const { openEmbedded }: typeof import("./embedded") = require("./embedded");
	return openEmbedded(need);
};

run(async () => {
	if (environment().TERM === "dumb") screen.onlyPrints();
	await given(banyan(opener(embedded, environment)));
});
