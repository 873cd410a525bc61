/** The process that looks after the others, until it is told to stop; then it stops them. */

import { environment } from "../environment";
import { prepared } from "./cluster";
import { launchOf } from "./launch";
import { faultOf } from "./probe";
import { writeState } from "./state";
import { stopAll } from "./stop";
import { Supervisor } from "./supervisor";

export async function supervise(folder: string): Promise<void> {
	const { place, members, means } = await prepared(folder, { variables: variables() });
	const { ports, shape, ways, secrets } = means;
	const supervisor = new Supervisor({
		place,
		members,
		launch: member => launchOf(member, means),
		answers: async member => (await faultOf(member, { ports, password: secrets.of.redis })) === null,
		changed: processes => writeState(place.state, { shape, ports, ways, processes })
	});
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => supervisor.stop());
	await supervisor.run();
	await stopAll(folder, members);
}

const variables = (): Record<string, string> =>
	Object.fromEntries(Object.entries(environment()).filter((each): each is [string, string] => each[1] !== undefined));
