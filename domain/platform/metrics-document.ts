/** docs/metrics.md: every metric of ours, as Prometheus calls it. Pure. */

import { METRICS } from "../../contracts/cluster";
import { nameOf } from "./exposition";

type Told = (typeof METRICS)[number];

const INTRODUCTION = `# Metrics

Every metric of ours, made by \`npm run docs\` of what the contracts say; [decision 39](decisions/0039-metrics.md) says where they are read,
and how they are named and bounded. A counter starts at 0 with its node: ask for \`rate\` or \`increase\`. A series is there
once it was told; none is no zero: \`or vector(0)\` where that matters.

Beside them each node tells what Moleculer measures, \`moleculer_*\`, above all \`moleculer_request_total\`
(\`service\`, \`action\`, \`type\`: \`local\` where it ran here, \`remote\` where it was called from here, \`caller\`),
\`moleculer_request_error_total\` (and \`error_name\`, \`error_code\`, \`error_type\`), \`moleculer_request_active\` and the
histogram \`moleculer_request_time_seconds\` (\`action\`, \`type\`); and what Node.js tells of its process: \`process_*\`,
\`nodejs_*\`.

| metric | kind | labels | of | what it says |
|---|---|---|---|---|
`;

const row = ({ name, type, unit, labels = [], owner, summary }: Told): string => {
	const shown = nameOf({ name, type, unit: unit && "millisecond" });
	return `| \`${shown}\` | ${type} | ${labels.map(label => `\`${label}\``).join(", ")} | ${owner ?? "every node"} | ${summary.replace(/\|/g, "\\|")} |`;
};

export const metricsDocument = (): string => `${INTRODUCTION}${METRICS.map(row).sort().join("\n")}\n`;
