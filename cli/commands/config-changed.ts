/** Changes of what is set for the cluster: each a revision with its reason. */

import { parse } from "yaml";
import type { InputOf } from "../../contracts/contract";
import type { config } from "../../contracts/platform/config";
import { type ConfigChanged, OF_SECRETS } from "../../contracts/platform/config-forms";
import { shown } from "../../domain/text/visible";
import { isFields, messageOf } from "../../domain/unknown";
import type { Client } from "../client";
import { CommandError, type Flags, print, printJson, readText } from "../command";
import { EXIT } from "../exit";
import { changesText, environmentIn } from "./config";
import { wholeOf } from "./flags";
import { agreed } from "./users";

type Values = InputOf<typeof config.actions.change>["values"];
type Services = InputOf<typeof config.actions.changeAll>["services"];

export async function setSettings(
	client: Client,
	service: string,
	given: readonly string[],
	flags: Flags
): Promise<number> {
	if (service === OF_SECRETS)
		throw new CommandError(
			"Whoever lists processes reads a command line: a secret comes from a file, by `banyan config secret NAME FILE`."
		);
	return change(client, service, Object.fromEntries(given.map(settingIn)), flags);
}

/** As the environment has it; the server reads numbers and the like out of it. @throws CommandError */
function settingIn(text: string): [string, string] {
	const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
	if (key === undefined || value === undefined)
		throw new CommandError(`A setting is given as KEY=VALUE, and '${shown(text)}' is none.`);
	return [key, value];
}

export const unsetSettings = (
	client: Client,
	service: string,
	keys: readonly string[],
	flags: Flags
): Promise<number> => change(client, service, Object.fromEntries(keys.map(key => [key, null])), flags);

/** All of the file, without the end of its last line: editors and `echo` put one there. */
export async function setSecret(client: Client, name: string, file: string, flags: Flags): Promise<number> {
	const text = readText(file).replace(/\r?\n$/, "");
	if (text === "") throw new CommandError(`'${shown(file)}' is empty: a secret is a text.`);
	return change(client, OF_SECRETS, { [name]: text }, flags);
}

async function change(client: Client, service: string, values: Values, flags: Flags): Promise<number> {
	const by = { ...environmentIn(flags), ...(await whyIn(client, flags)) };
	return told(client, await client.call("config.change", { service, values, ...by }), flags);
}

export async function applySettings(client: Client, file: string, flags: Flags): Promise<number> {
	const services = servicesIn(file);
	const by = { ...environmentIn(flags), ...(await whyIn(client, flags)) };
	return told(client, await client.call("config.changeAll", { services, ...by }), flags);
}

/** The server says what is wrong with its settings. @throws CommandError */
function servicesIn(file: string): Services {
	const text = readText(file);
	const read = parsed(text, file);
	if (isFields(read)) return read as Services;
	throw new CommandError(`'${shown(file)}' has no settings in it: they stand by service, and by key.`);
}

function parsed(text: string, file: string): unknown {
	try {
		return parse(text);
	} catch (error) {
		throw new CommandError(`'${shown(file)}' is no YAML: ${shown(messageOf(error))}`);
	}
}

export async function rollBackSettings(client: Client, given: string, flags: Flags): Promise<number> {
	const revision = wholeOf(given, "The revision");
	const by = { ...environmentIn(flags), ...(await whyIn(client, flags)) };
	const question = `All settings, and secrets, become what they were as of revision ${revision}.\nSet them so again?`;
	if (!(await agreed(question, flags))) return EXIT.refused;
	return told(client, await client.call("config.rollback", { revision, ...by }), flags);
}

/** The revision that whoever decides has seen; without one, the newest now. */
async function whyIn(client: Client, flags: Flags): Promise<{ expected: number; reason: string }> {
	const { expected, reason = "" } = flags;
	if (expected !== undefined) return { expected: wholeOf(expected, "--expected"), reason };
	const { items } = await client.call("config.history", { ...environmentIn(flags), limit: 1 });
	return { expected: items[0]?.revision ?? 0, reason };
}

function told(client: Client, made: ConfigChanged, { json }: Flags): number {
	if (json) printJson(made);
	else {
		print(changesText(client, made.changes));
		print(shown(`${made.environment}: revision ${made.revision} is set.`));
		if (made.atRestart.length > 0)
			print(shown(`Nodes go by it once they start anew: ${made.atRestart.join(", ")}. Until then it is pending.`));
	}
	return EXIT.clean;
}
