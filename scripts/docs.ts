/** Writes the documents that follow from the sources: README.md's table of REST routes, docs/losses.md. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CONTRACTS } from "../contracts";
import { MEANINGS } from "../domain/migration/meanings";
import { lossesDocument } from "../domain/platform/losses-document";
import { type Route, routesOf } from "../domain/platform/routes";

const ROOT = join(__dirname, "..");
const README = join(ROOT, "README.md");
const LOSSES = join(ROOT, "docs/losses.md");
const BEGIN = "<!-- routes: `npm run docs` writes them -->";
const END = "<!-- /routes -->";

/** One row an action: its canonical route first, its aliases below it. */
export function routesTable(routes: readonly Route[]): string {
	const rows = routes
		.filter(({ canonical }) => canonical)
		.map(route => {
			const others = routes.filter(({ action, canonical }) => action === route.action && !canonical);
			return `| ${[route, ...others].map(address).join("<br>")} | ${route.says.replace(/\|/g, "\\|")} | \`${route.scope}\` |`;
		});
	return ["| route | what it does | scope |", "|---|---|---|", ...rows].join("\n");
}

const address = ({ method, path }: Route): string => `\`${method} ${path}\``;

/** @throws a sentence where the text has not both markers */
export function withRoutes(text: string, table: string): string {
	const from = text.indexOf(BEGIN);
	const to = text.indexOf(END);
	if (from < 0 || to < from) throw new Error(`README.md lacks the markers ${BEGIN} and ${END} of the table of routes.`);
	return `${text.slice(0, from + BEGIN.length)}\n${table}\n${text.slice(to)}`;
}

if (require.main === module) {
	writeFileSync(README, withRoutes(readFileSync(README, "utf8"), routesTable(routesOf(CONTRACTS))));
	writeFileSync(LOSSES, lossesDocument(MEANINGS));
}
