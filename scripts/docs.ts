/** Writes the parts of README.md that follow from the contracts: the table of the REST routes. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CONTRACTS } from "../contracts";
import { type Route, routesOf } from "../domain/platform/routes";

const FILE = join(__dirname, "../README.md");
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
	writeFileSync(FILE, withRoutes(readFileSync(FILE, "utf8"), routesTable(routesOf(CONTRACTS))));
}
