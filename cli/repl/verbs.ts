/**
 * What can be typed: the commands of `banyan`, by the same table, and what Moleculer's users know of its REPL, as far as it
 * harms nobody.
 */

import type { Command } from "commander";
import { CONTRACTS } from "../../contracts/cluster";
import type { Client, OwnNode } from "../client";
import { CommandError } from "../command";
import { type CommandNode, treeOf } from "../completion/tree";
import { commands } from "../program-commands";
import { addBasics } from "./basics";
import { addHidden } from "./hidden";
import { unlessLeft } from "./leaving";
import { addMoleculer } from "./moleculer";

export interface Verbs {
	readonly client: Client;
	/** For one line: a program remembers what it was given. */
	program(): Command;
	readonly tree: CommandNode;
}

interface Given {
	readonly isReadOnly: boolean;
	readonly leave: () => void;
}

export function verbsOf(client: Client, { isReadOnly, leave }: Given): Verbs {
	const guarded = guardedBy(client, isReadOnly ? refuseChange : () => undefined);
	const program = (): Command => {
		const all = commands(({ url, apiKeyFile }) => {
			if (url === undefined && apiKeyFile === undefined) return async () => guarded;
			throw new CommandError(
				"A server is named where the REPL begins: leave it, and begin it with `banyan repl --url`."
			);
		});
		addMoleculer(all, guarded.node);
		addBasics(all, leave);
		addHidden(all);
		all.showHelpAfterError("`help` lists what there is.");
		for (const each of all.commands) inside(each, []);
		return all;
	};
	return { client: guarded, program, tree: treeOf(program()) };
}

/** The same client, of which one line at a time makes use. */
function guardedBy(client: Client, refuse: (action: string) => void): Client {
	const { server, words, node } = client;
	const call: Client["call"] = (action, params) =>
		unlessLeft(async () => {
			refuse(action);
			return client.call(action, params);
		});
	const ask =
		(own: OwnNode): OwnNode["ask"] =>
		(action, params, options) =>
			unlessLeft(async () => {
				refuse(action);
				return own.ask(action, params, options);
			});
	return {
		server,
		words,
		call,
		...(client.holder && { holder: client.holder }),
		...(node && { node: { ...node, ask: ask(node) } }),
		follow: (name, after, until) => client.follow(name, after, until),
		close: async () => undefined
	};
}

/** Actions that change nothing, as the contracts say. */
const READING: ReadonlySet<string> = new Set(
	CONTRACTS.flatMap(({ name, actions }) =>
		Object.entries(actions).flatMap(([key, { reads, rest }]) =>
			reads === true || rest?.startsWith("GET ") ? [`${name}.${key}`] : []
		)
	)
);

function refuseChange(action: string): void {
	if (READING.has(action)) return;
	throw new CommandError(`${action} may change something, and this REPL was begun with --read-only.`);
}

/** The server is named outside, and help is had by `help`. */
function inside(command: Command, path: readonly string[]): void {
	const words = [...path, command.name()];
	command.showHelpAfterError(`\`help ${words.join(" ")}\` says what it takes.`);
	for (const option of command.options) if (ELSEWHERE.includes(option.long ?? "")) option.hideHelp();
	for (const each of command.commands) inside(each, words);
}

const ELSEWHERE = ["--url", "--api-key-file"];
