/** Reads the file that describes an old system, or says what is wrong with it, by line and path. */

import { readFileSync } from "node:fs";
import Validator, { type ValidationError } from "fastest-validator";
import { isNode, LineCounter, parseDocument } from "yaml";
import { strict } from "../../../contracts/schema";
import { contradictions, type Description, faultIn, schema } from "../../../domain/platform/legacy/description";
import { codeOf } from "../../../domain/unknown";

const MOST_PROBLEMS = 10;
const MOST_ALIASES = 20;

/** @throws an Error of several lines, each with its place @param value of a variable that the file names as `${NAME}` */
export function readDescription(file: string, value: (name: string) => string | undefined): Description {
	const text = textOf(file);
	const lines = new LineCounter();
	const document = parseDocument(text, { lineCounter: lines, version: "1.2" });
	const [broken] = document.errors;
	if (broken) throw wrong(file, [`line ${lines.linePos(broken.pos[0]).line}: ${broken.message.split("\n", 1)[0]}`]);
	const lineOf = (path: string): number => lines.linePos(offsetOf(document, path)).line;
	const given: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
	const faults = faultsIn(given);
	const description = given as Description;
	const found =
		faults.length > 0
			? faults
			: contradictions(description).map(([path, fault]) => [path, `'${path}' ${fault}`] as const);
	if (found.length > 0)
		throw wrong(
			file,
			found.slice(0, MOST_PROBLEMS).map(([path, fault]) => `line ${lineOf(path)}: ${fault}.`)
		);
	return filledIn(description, value, (name, path) =>
		wrong(file, [`line ${lineOf(path)}: \${${name}} is not set where this node runs.`])
	);
}

function textOf(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (error) {
		throw wrong(file, [`it cannot be read (${codeOf(error)}).`]);
	}
}

const wrong = (file: string, lines: readonly string[]) => new Error(`LEGACY, ${file}: ${lines.join("\n")}`);

/** Of the value, or else of what it would stand in. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: string): number {
	const steps = path === "" ? [] : path.split(".");
	for (let length = steps.length; length > 0; length--) {
		const node = document.getIn(steps.slice(0, length), true);
		if (isNode(node)) return node.range?.[0] ?? 0;
	}
	return 0;
}

/** Fills in the defaults of what it lacks. */
function faultsIn(given: unknown): (readonly [path: string, fault: string])[] {
	if (typeof given !== "object" || given === null || Array.isArray(given))
		return [["", "it is no table of options: it says at least migration, url, login and person"]];
	const asGiven = structuredClone(given);
	const check = new Validator({ considerNullAsAValue: true }).compile(strict(schema));
	const verdict = check(given) as true | ValidationError[];
	return verdict === true ? [] : verdict.map(error => [error.field ?? "", faultIn(error, asGiven)] as const);
}

/** Texts that are a reference as a whole: secrets stand in the environment. */
const REFERENCE = /^\$\{([A-Za-z_]\w*)\}$/;

function filledIn(
	{ headers, sessions, ...rest }: Description,
	value: (name: string) => string | undefined,
	missing: (name: string, path: string) => Error
): Description {
	const fill = (text: string, path: string): string => {
		const [, name] = REFERENCE.exec(text) ?? [];
		if (name === undefined) return text;
		const found = value(name);
		if (found === undefined) throw missing(name, path);
		return found;
	};
	const filledHeaders = Object.entries(headers).map(([name, text]) => [name, fill(text, `headers.${name}`)]);
	return {
		...rest,
		proxy: fill(rest.proxy, "proxy"),
		headers: Object.fromEntries(filledHeaders),
		...(sessions && { sessions: { ...sessions, secret: fill(sessions.secret, "sessions.secret") } })
	};
}
