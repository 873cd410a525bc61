/** Writes monitoring/dashboards/*.json, for Grafana, from the one list of panels. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { grafanaOf } from "../monitoring/grafana";
import { DASHBOARDS } from "../monitoring/panels";

export const FOLDER = join(__dirname, "..", "monitoring", "dashboards");

/** By the name of its file, what it holds. */
export const dashboardFiles = (): ReadonlyMap<string, string> =>
	new Map(DASHBOARDS.map(each => [`${each.name}.json`, `${JSON.stringify(grafanaOf(each), null, "\t")}\n`]));

if (require.main === module) for (const [name, text] of dashboardFiles()) writeFileSync(join(FOLDER, name), text);
