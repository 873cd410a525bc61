/** `call`, `dcall` and `actions`, as moleculer-repl takes them; what they print is masked, and steers no terminal. */

import { inspect } from "node:util";
import type { Command } from "commander";
import { jsonText } from "../../domain/text/json";
import { mask, maskText } from "../../domain/text/masking";
import { shown } from "../../domain/text/visible";
import { fieldsOf, isFields, messageOf, propertyOf, textOf } from "../../domain/unknown";
import type { Asking, OwnNode } from "../client";
import { CommandError, paint, print, readText, say } from "../command";
import { EXIT } from "../exit";
import { writeForOwner } from "../files";
import { page } from "../terminal/marks";
import { paperOf } from "../terminal/paper";
import { table } from "../terminal/table";

/** A command as moleculer-repl declares it, and what it then gives to whoever carries it out. */
interface Declared<A> {
	declaration(
		program: Command,
		broker: { readonly nodeID: string },
		handle: (broker: object, args: A) => unknown
	): void;
}
interface CallArgs {
	readonly actionName: string;
	readonly nodeID?: string;
	readonly jsonParams?: string;
	readonly meta?: string;
	readonly options: Readonly<Record<string, unknown>>;
}
interface ListArgs {
	readonly options: Readonly<Partial<Record<"all" | "filter" | "skipinternal", unknown>>>;
}
interface Utils {
	convertArgs(options: object): Record<string, unknown>;
	match(text: string, pattern: string): boolean;
}

const loaded = () => ({
	call: require("moleculer-repl/src/commands/call") as Declared<CallArgs>,
	actions: require("moleculer-repl/src/commands/actions") as Declared<ListArgs>,
	utils: require("moleculer-repl/src/utils") as Utils
});

export function addMoleculer(program: Command, node: OwnNode | undefined): void {
	const { call, actions, utils } = loaded();
	const broker = { nodeID: node?.id ?? "" };
	call.declaration(program, broker, (_, args) => carriedOut(nodeThere(node), utils, args));
	actions.declaration(program, broker, (_, args) => listActions(nodeThere(node), utils, args));
}

function nodeThere(node: OwnNode | undefined): OwnNode {
	if (node) return node;
	throw new CommandError(
		"That needs a node of the cluster, and this REPL speaks to a server: begin it with TRANSPORTER."
	);
}

/** Options of `call` that are none of the params. */
const OWN = ["load", "loadFull", "save", "stream", "$local"];

interface Asked {
	readonly params: unknown;
	readonly meta: object;
	readonly options: Asking;
}

function askedBy({ convertArgs }: Utils, { nodeID, jsonParams, meta, options }: CallArgs): Asked {
	const at = nodeID === undefined ? {} : { nodeID };
	if (options.stream !== undefined) throw new CommandError("--stream: no action of Banyan takes a stream from here.");
	if (options.loadFull !== undefined) return { ...fullOf(options.loadFull), options: at };
	const given = Object.entries(convertArgs(options)).filter(([name]) => !OWN.includes(name));
	const named = (mark: string): object =>
		Object.fromEntries(given.flatMap(([name, value]) => (name.startsWith(mark) ? [[name.slice(1), value]] : [])));
	const plain = Object.fromEntries(given.filter(([name]) => !/^[#$@]/.test(name)));
	return {
		params: paramsOf(options.load, jsonParams) ?? { ...plain, ...named("@") },
		meta: { ...named("#"), ...(meta !== undefined && tableIn(meta, "The meta")) },
		options: { ...at, ...named("$") }
	};
}

const paramsOf = (file: unknown, json: string | undefined): unknown => {
	if (file !== undefined) return jsonIn(readText(fileOf(file, "--load")), `The file '${String(file)}'`);
	return json === undefined ? undefined : jsonIn(json, "The params");
};

function fullOf(file: unknown): Pick<Asked, "params" | "meta"> {
	const { params = {}, meta } = tableIn(readText(fileOf(file, "--loadFull")), `The file '${String(file)}'`);
	return { params, meta: fieldsOf(meta) };
}

function fileOf(value: unknown, option: string): string {
	if (typeof value === "string") return value;
	throw new CommandError(`${option}: name the file.`);
}

function jsonIn(text: string, what: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new CommandError(`${what} are no JSON (${shown(messageOf(error))}): ${'{"name":"NAME"}'}, or --name NAME.`);
	}
}

function tableIn(text: string, what: string): Readonly<Record<string, unknown>> {
	const value = jsonIn(text, what);
	if (isFields(value)) return value;
	throw new CommandError(`${what} must be a table: {"params":{}}.`);
}

/** Answers are nested deeper than lines of a log. */
const AS_DEEP = -24;
const masked = (value: unknown): unknown => mask(value, AS_DEEP);

/** A result as somebody looks at it; in a pipe JSON, for the next program. */
function resultText(result: unknown): string {
	if (typeof propertyOf(result, "pipe") === "function") return "<Stream>";
	if (!process.stdout.isTTY) return jsonText(masked(result) ?? null);
	const breakLength = process.stdout.columns;
	return inspect(masked(result), { depth: 12, maxArrayLength: 200, maxStringLength: 4_000, breakLength });
}

async function carriedOut(node: OwnNode, utils: Utils, args: CallArgs): Promise<void> {
	const { params, meta, options } = askedBy(utils, args);
	const { actionName: action, nodeID } = args;
	const where = nodeID === undefined ? "" : ` on ${nodeID}`;
	say(paint("yellow", maskText(`>> Call '${action}'${where} with params: ${jsonText(masked(params) ?? {})}`)));
	const began = performance.now();
	try {
		const result = await node.ask(action, params, { ...options, meta: { ...meta, $repl: true } });
		say(paint("cyan", `>> Execution time: ${(performance.now() - began).toFixed(1)} ms`));
		answered(action, result, args.options.save);
	} catch (error) {
		refused(error);
	}
}

function answered(action: string, result: unknown, file: unknown): void {
	if (file === undefined) {
		if (process.stdout.isTTY) say(paint("yellow", ">> Response:"));
		print(resultText(result));
		return;
	}
	const name = typeof file === "string" ? file : `${action}.response.json`;
	writeForOwner(name, `${jsonText(result ?? null, 4)}\n`, "The response", "--save");
	say(`>> The response is in ${name}, as it came: readable by you alone.`);
}

/** In a sentence, with what the error says beside. Left alone where somebody left it. */
function refused(error: unknown): void {
	if (textOf(error, "name") === "Left" || error instanceof CommandError) throw error;
	const [type, data] = [textOf(error, "type"), propertyOf(error, "data")];
	say(paint("red", `>> ERROR: ${shown(maskText(messageOf(error)))}${type === undefined ? "" : ` (${shown(type)})`}`));
	if (data !== undefined && data !== null) say(shown(`Data: ${jsonText(masked(data))}`));
	process.exitCode = EXIT.broken;
}

interface Registered {
	readonly name: string;
	readonly available: boolean;
	readonly count: number;
	readonly action?: { readonly params?: object };
}
interface Registry {
	getActionList(options: object): readonly Registered[];
}
const isRegistry = (value: unknown): value is Registry => typeof propertyOf(value, "getActionList") === "function";

function listActions({ registry }: OwnNode, { match }: Utils, { options }: ListArgs): void {
	const all = isRegistry(registry) ? registry.getActionList({ onlyAvailable: !options.all, skipInternal: true }) : [];
	const wanted = typeof options.filter === "string" ? options.filter : "**";
	const rows = all
		.filter(({ name }) => match(name, wanted))
		.sort((one, other) => (one.name < other.name ? -1 : 1))
		.map(({ name, count, available, action }) => [
			shown(name),
			String(count),
			available ? "up" : "down",
			Object.keys(action?.params ?? {})
				.filter(param => !param.startsWith("$"))
				.map(shown)
				.join(", ") || "-"
		]);
	const columns = [
		{ title: "action" },
		{ title: "nodes", right: true },
		{ title: "state" },
		{ title: "params", gives: true }
	];
	print(page(table(columns, rows, paperOf(process.stdout))));
}
