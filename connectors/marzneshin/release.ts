/**
 * Which release a Marzneshin is. It says none: the version in its API's document is 0.1.0 in every release. What the
 * document describes differs, though, and is the same within 0.7.0 to 0.7.4.
 */

import type { Findings } from "../http/identify";
import { isObject, parse, type Wire } from "../http/json";
import type { Session } from "../http/session";

interface Release {
	readonly version: string;
	/** Each is named in the document of this release and of later ones. */
	readonly since: readonly (readonly string[])[];
	/** Requests and answers were tried against it. */
	readonly tried: boolean;
}

const schema = (...path: string[]): string[] => ["components", "schemas", ...path];
const DURATION = schema("UserCreate", "properties", "usage_duration");

/** The latest first. */
const RELEASES: readonly Release[] = [
	{
		version: "nightly (after 0.7.4)",
		since: [
			[...DURATION, "anyOf", "0", "maximum"],
			[...DURATION, "maximum"]
		],
		tried: true
	},
	{ version: "0.7.x", since: [schema("XMuxSettings")], tried: true },
	{ version: "0.6.x or before", since: [schema("InboundHost")], tried: false }
];

/** Null where the panel does not show its API's document, or one that we do not know. */
export async function release(session: Session, findings: Findings): Promise<string | null> {
	const found = releaseOf(await documentOf(session));
	if (found === undefined) findings.good("version", "The panel does not tell its release; 0.7.4 is what was tried.");
	else if (found.tried) findings.good("version", `Marzneshin ${found.version}, by what its API describes.`);
	else
		findings.warn(
			"version",
			`Marzneshin ${found.version}, by what its API describes: it was not tried; 0.7.4 was. Update the panel first.`
		);
	return found?.version ?? null;
}

export const releaseOf = (document: Wire): Release | undefined =>
	RELEASES.find(({ since }) => since.some(path => at(document, path) !== undefined));

function at(value: Wire | undefined, path: readonly string[]): Wire | undefined {
	const [step, ...rest] = path;
	if (step === undefined) return value;
	if (Array.isArray(value)) return at(value[Number(step)], rest);
	return isObject(value) && Object.hasOwn(value, step) ? at(value[step], rest) : undefined;
}

async function documentOf(session: Session): Promise<Wire> {
	try {
		return parse((await session.text("/openapi.json")) ?? "null");
	} catch {
		return null;
	}
}
