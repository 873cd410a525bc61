/** Identities of nodes: made, looked at and withdrawn in a folder of the operator's, without any node. */

import { shown } from "../../domain/text/visible";
import { CommandError, print, printJson, say } from "../command";
import { EXIT } from "../exit";
import { type Identity, IdentityFolder, isIdentityName, readIdentityFile } from "../files";

export interface IdentityFlags {
	readonly in: string;
	readonly nodes?: readonly string[];
	readonly services?: readonly string[];
	readonly days?: string;
	readonly json?: boolean;
}

const [LEAST_DAYS, MOST_DAYS] = [1, 825];

export function initIdentities({ in: folder }: IdentityFlags): number {
	const own = new IdentityFolder(folder);
	const isMade = own.init();
	say(
		isMade
			? `An authority was made in ${shown(folder)}. Keep authority.json away from all nodes; give each node authorities.json by NODE_AUTHORITIES_FILE.`
			: `There is an authority in ${shown(folder)} already.`
	);
	return EXIT.clean;
}

export function issueIdentity(name: string, flags: IdentityFlags): number {
	const { nodes = [name], services = [], days = "90" } = flags;
	if (!isIdentityName(name))
		throw new CommandError(`'${name}' is no name for an identity: letters, digits, dots, - and _, 64 at most.`);
	if (!/^\d{1,3}$/.test(days) || Number(days) < LEAST_DAYS || Number(days) > MOST_DAYS)
		throw new CommandError(`--days must be a whole number, ${LEAST_DAYS} to ${MOST_DAYS}.`);
	const file = new IdentityFolder(flags.in).issue({ name, nodes, services, days: Number(days) }, Date.now());
	say(`The identity '${name}' is in ${shown(file)}: give it to its nodes by NODE_IDENTITY_FILE, and to nobody else.`);
	return EXIT.clean;
}

export function showIdentity(file: string, { json }: IdentityFlags): number {
	const about = aboutOf(readIdentityFile(file));
	if (json) printJson(about);
	else for (const [name, value] of Object.entries(about)) print(`${name}: ${shown([value].flat().join(", "))}`);
	return EXIT.clean;
}

const aboutOf = ({ said }: Identity) => ({
	name: said.name,
	nodes: said.nodes,
	services: said.services,
	from: new Date(said.fromMs).toISOString(),
	until: new Date(said.untilMs).toISOString(),
	authority: said.issuer
});

export function withdrawIdentity(name: string, { in: folder }: IdentityFlags): number {
	new IdentityFolder(folder).withdraw(name, Date.now());
	say(
		`Nothing that was issued as '${shown(name)}' counts any more, once a node has authorities.json: it tells the others. What is issued under that name from now on counts.`
	);
	return EXIT.clean;
}

export function rotateAuthority({ in: folder }: IdentityFlags): number {
	new IdentityFolder(folder).rotate();
	say(
		"Another authority issues from now on. Give all nodes authorities.json first, then issue each identity anew, then `banyan identity retire`."
	);
	return EXIT.clean;
}

export function retireAuthorities({ in: folder }: IdentityFlags): number {
	const count = new IdentityFolder(folder).retire();
	say(`Authorities retired: ${count}. Give all nodes authorities.json.`);
	return EXIT.clean;
}
