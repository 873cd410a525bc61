/** Writes the documents that follow from the sources: README.md's tables of REST routes and of limits, docs/losses.md, docs/metrics.md. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CONTRACTS, SETTINGS } from "../contracts/cluster";
import type { SettingSpec } from "../contracts/contract";
import { VOCABULARY } from "../domain/migration/mappings";
import { lossesDocument } from "../domain/platform/losses-document";
import { metricsDocument } from "../domain/platform/metrics-document";
import { type Route, routesOf } from "../domain/platform/routes";
import { settingIn } from "../domain/platform/setting";
import { deploymentFiles } from "./deployment-files";

const ROOT = join(__dirname, "..");
const README = join(ROOT, "README.md");
const LOSSES = join(ROOT, "docs/losses.md");
const METRICS = join(ROOT, "docs/metrics.md");

/** One row an action: its canonical route first, its aliases below it. */
export function routesTable(routes: readonly Route[]): string {
	const rows = routes
		.filter(({ canonical }) => canonical)
		.map(route => {
			const others = routes.filter(({ action, canonical }) => action === route.action && !canonical);
			return `| ${[route, ...others].map(address).join("<br>")} | ${route.summary.replace(/\|/g, "\\|")} | \`${route.permission}\` |`;
		});
	return ["| route | what it does | scope |", "|---|---|---|", ...rows].join("\n");
}

const address = ({ method, path }: Route): string => `\`${method} ${path}\``;

/** One row a setting that a contract brings, or that several share. */
export function limitsTable(): string {
	const rows = SETTINGS.map(setting => {
		const { says, must, fallback } = settingIn(setting);
		const form = must.replace("a whole number, ", "");
		return `| \`${setting.variable}\` | ${says}, ${form} | \`${fallback}\` | ${appliesWord(setting)} |`;
	});
	return ["| variable | at most | default | holds |", "|---|---|---|---|", ...rows].join("\n");
}

/** When what is set for the cluster holds. */
const appliesWord = ({ live, local }: SettingSpec): string => (local ? "node's own" : live ? "live" : "at a start");

/** README.md with its tables as the sources have them now. @throws a sentence where it lacks the markers of one */
export const withTables = (text: string): string =>
	withTable(withTable(text, "routes", routesTable(routesOf(CONTRACTS))), "limits", limitsTable());

function withTable(text: string, name: string, table: string): string {
	const [begin, end] = [`<!-- ${name}: \`npm run docs\` writes them -->`, `<!-- /${name} -->`];
	const from = text.indexOf(begin);
	const to = text.indexOf(end);
	if (from < 0 || to < from)
		throw new Error(`README.md lacks the markers ${begin} and ${end} of the table of ${name}.`);
	return `${text.slice(0, from + begin.length)}\n${table}\n${text.slice(to)}`;
}

if (require.main === module) {
	writeFileSync(README, withTables(readFileSync(README, "utf8")));
	writeFileSync(LOSSES, lossesDocument(VOCABULARY));
	writeFileSync(METRICS, metricsDocument());
	for (const [path, text] of Object.entries(deploymentFiles())) writeFileSync(join(ROOT, path), text);
}
