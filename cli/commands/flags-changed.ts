/** Changes of feature flags: each a revision with its reason. */

import type { Actions } from "../../contracts/cluster";
import type { InputOf } from "../../contracts/contract";
import type { ShownFlag } from "../../contracts/platform/flag-shapes";
import { shown } from "../../domain/text/visible";
import { codeOf, isFields, messageOf, textOf } from "../../domain/unknown";
import type { Client } from "../client";
import { CommandError, type Flags, print, printJson, readText } from "../command";
import { EXIT } from "../exit";
import { tellFlag, wholeOf } from "./flags";
import { agreed } from "./users";

type NewFlag = InputOf<Actions["flags.put"]>["flag"];

const reasonIn = ({ reason = "" }: Flags): { reason: string } => ({ reason });

export const turnOn = (client: Client, key: string, flags: Flags): Promise<number> => turn(client, key, true, flags);
export const turnOff = (client: Client, key: string, flags: Flags): Promise<number> => turn(client, key, false, flags);

async function turn(client: Client, key: string, enabled: boolean, flags: Flags): Promise<number> {
	return tellFlag(await client.call("flags.switch", { key, enabled, ...reasonIn(flags) }), flags);
}

export async function rollOut(client: Client, key: string, percent: string, flags: Flags): Promise<number> {
	const { rule } = flags;
	const share = { key, percent: wholeOf(percent, "The share"), ...(rule !== undefined && { rule }) };
	return tellFlag(await client.call("flags.rollout", { ...share, ...reasonIn(flags) }), flags);
}

/** A flag of that key that is there stays as it is. */
export async function createFlag(client: Client, key: string, flags: Flags): Promise<number> {
	const { owner = "", expires = null, description = "", clientSide } = flags;
	const flag: NewFlag = {
		kind: "boolean",
		variants: { on: true, off: false },
		defaultVariant: "off",
		offVariant: "off",
		enabled: true,
		rules: rulesIn(flags),
		owner,
		expires,
		description,
		...(clientSide && { clientSide })
	};
	if (await existing(client, key))
		throw new CommandError(`There is a flag '${shown(key)}': banyan flag rollout, banyan flag set, or another key.`);
	return put(client, key, flag, flags);
}

const rulesIn = ({ user, group, percent = "0" }: Flags): NewFlag["rules"] => [
	...(user === undefined ? [] : [{ name: "users", users: [user].flat().map(String), variant: "on" }]),
	...(group === undefined ? [] : [{ name: "groups", groups: [...group], variant: "on" }]),
	{ name: "rollout", percent: wholeOf(percent, "--percent"), variant: "on" }
];

const existing = (client: Client, key: string): Promise<ShownFlag | undefined> =>
	client.call("flags.show", { key }).catch((error: unknown) => {
		if ([textOf(error, "type"), codeOf(error)].includes("FLAG_NOT_FOUND")) return undefined;
		throw error;
	});

/** What a flag is shown with beside what was set. */
const SHOWN = ["key", "revision", "changedAt", "stale"];

export async function setFlag(client: Client, key: string, file: string, flags: Flags): Promise<number> {
	const given = jsonIn(file);
	const flag = Object.fromEntries(Object.entries(given).filter(([field]) => !SHOWN.includes(field)));
	return put(client, key, flag as NewFlag, flags);
}

function jsonIn(file: string): object {
	const text = readText(file);
	try {
		const value: unknown = JSON.parse(text);
		if (isFields(value)) return value;
	} catch (error) {
		throw new CommandError(`${shown(file)} is no JSON: ${shown(messageOf(error))}`);
	}
	throw new CommandError(`${shown(file)} has no flag in it: a flag is an object.`);
}

async function put(client: Client, key: string, flag: NewFlag, flags: Flags): Promise<number> {
	const expected = await newest(client);
	return tellFlag(await client.call("flags.put", { key, flag, expected, ...reasonIn(flags) }), flags);
}

const newest = async (client: Client): Promise<number> =>
	(await client.call("flags.history", { limit: 1 })).items[0]?.revision ?? 0;

export async function deleteFlag(client: Client, key: string, flags: Flags): Promise<number> {
	const { revision: expected } = await client.call("flags.show", { key });
	const question = `Programs that ask for '${shown(key)}' go by their own defaults then.\nDelete it?`;
	if (!(await agreed(question, flags))) return EXIT.refused;
	return told(await client.call("flags.remove", { key, expected, ...reasonIn(flags) }), flags);
}

export async function rollBack(client: Client, revision: string, flags: Flags): Promise<number> {
	const [to, expected] = [wholeOf(revision, "The revision"), await newest(client)];
	const changed = await client.call("flags.diff", { from: expected, to });
	const named = [...new Set(changed.map(({ path }) => path.slice(0, 2).at(-1)))].join(", ");
	if (
		!(await agreed(
			`As of revision ${to} these flags were otherwise: ${shown(named) || "none"}.\nSet them so again?`,
			flags
		))
	)
		return EXIT.refused;
	return told(await client.call("flags.rollback", { to, expected, ...reasonIn(flags) }), flags);
}

function told(made: { readonly revision: number }, { json }: Flags): number {
	if (json) printJson(made);
	else print(`Revision ${made.revision} is set.`);
	return EXIT.clean;
}
