/** The one list of all dashboards and their panels: `npm run dashboards` writes Grafana's files from it. */

import type { Dashboard } from "./panel";
import { CLUSTER } from "./panels/cluster";
import { GATEWAY } from "./panels/gateway";
import { MIGRATION } from "./panels/migration";

export const DASHBOARDS: readonly Dashboard[] = [CLUSTER, GATEWAY, MIGRATION];
