/** Where people are signed in. */

import type { Actions } from "../../contracts/cluster";
import type { ResultOf } from "../../contracts/contract";
import { shown } from "../../domain/text/visible";
import type { Client } from "../client";
import { type Flags, paper, print, printJson } from "../command";
import { EXIT } from "../exit";
import { page } from "../terminal/marks";
import { table } from "../terminal/table";
import { clock } from "../text/words";
import { accountOf, agreed } from "./users";

type Session = ResultOf<Actions["sessions.listOf"]>[number];

export async function listSessions(client: Client, who: string, { json }: Flags): Promise<number> {
	const { id } = await accountOf(client, who);
	const sessions = await client.call("sessions.listOf", { account: id });
	if (json) printJson(sessions);
	else
		print(
			sessions.length === 0 ? "They are signed in nowhere." : page(table(COLUMNS, sessions.map(rowOf), paper(client)))
		);
	return EXIT.clean;
}

const COLUMNS = [
	{ title: "id" },
	{ title: "device", gives: true },
	{ title: "network" },
	{ title: "begun" },
	{ title: "last used" },
	{ title: "by" }
];
const rowOf = ({ id, device, network, openedAt, usedAt, factors }: Session): string[] => [
	id,
	shown(device),
	network,
	clock(openedAt),
	clock(usedAt),
	factors.join(", ")
];

export async function revokeSession(client: Client, who: string, session: string, { json }: Flags): Promise<number> {
	const { id } = await accountOf(client, who);
	return told(await client.call("sessions.revokeOf", { account: id, session }), json);
}

export async function revokeSessions(client: Client, who: string, flags: Flags): Promise<number> {
	const { id, email } = await accountOf(client, who);
	if (!(await agreed(`${shown(email)} is signed out everywhere.\nEnd all of their sessions?`, flags)))
		return EXIT.refused;
	return told(await client.call("sessions.revokeOf", { account: id }), flags.json);
}

function told(done: ResultOf<Actions["sessions.revokeOf"]>, json: boolean | undefined): number {
	if (json) printJson(done);
	else print(`${done.ended} ${done.ended === 1 ? "session was" : "sessions were"} ended.`);
	return EXIT.clean;
}
