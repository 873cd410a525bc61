/** How often the gateway may be asked, by policy. */

import type { LimitInForce, LimitsInForce } from "../../contracts/platform/gateway-limits";
import { shown } from "../../domain/text/visible";
import type { Client } from "../client";
import { type Flags, paper, print, printJson } from "../command";
import { EXIT } from "../exit";
import { page } from "../terminal/marks";
import type { Paper } from "../terminal/paper";
import { table } from "../terminal/table";

export async function listLimits(client: Client, { json }: Flags): Promise<number> {
	const limits = await client.call("gateway.limits", {});
	if (json) printJson(limits);
	else print(limitsText(limits, paper(client)));
	return EXIT.clean;
}

const COUNTED: Readonly<Record<LimitsInForce["counted"], string>> = {
	together: "All gateways count together.",
	alone: "Each gateway counts for itself: it has no Redis (REDIS_URL).",
	away: "Each gateway counts for itself until Redis is back."
};

function limitsText({ client, counted, policies, closed }: LimitsInForce, on: Paper): string {
	const columns = [
		{ title: "policy" },
		{ title: "allows", right: true },
		{ title: "left to you", right: true },
		{ title: "anew in", right: true },
		{ title: "setting", gives: true }
	];
	const rows = policies.map(each => [shown(nameOf(each)), ...figures(each, on), each.setting]);
	const refused =
		closed.length === 0 ? [] : [`While Redis is away these are refused: ${closed.map(shown).join(", ")}.`];
	const counting = `You are counted as ${shown(client)}. ${COUNTED[counted]}`;
	return page([...table(columns, rows, on), counting, ...refused]);
}

const nameOf = ({ policy, service }: LimitInForce): string => (service === null ? policy : `${policy} ${service}`);

const figures = ({ quota, window, remaining, reset }: LimitInForce, on: Paper): string[] => [
	quota === null ? "off" : `${quota} in ${window} s`,
	remaining === null ? "-" : remaining === 0 ? on.paint("red", "0") : String(remaining),
	reset === null ? "-" : `${reset} s`
];
