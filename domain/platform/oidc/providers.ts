/** The file of providers: which issuers people sign in by, checked as a whole, with a sentence for each fault. Pure. */

import { meant } from "../../near";
import { parseReferences, type Reference } from "../../text/references";
import { isFields, propertyOf } from "../../unknown";

/** An issuer, and what this server is to it. */
export interface Provider {
	/** As it stands in addresses. */
	readonly name: string;
	/** For people. */
	readonly title: string;
	/** Exactly as its documents and tokens have it. */
	readonly issuer: string;
	readonly clientId: string;
	/** Null: it is a public client, and PKCE alone proves it. */
	readonly clientSecret: string | null;
	readonly scopes: readonly string[];
	/** Whoever signs in by it for the first time gets an account. */
	readonly createAccounts: boolean;
}

/** What the file may take from its node. */
export interface Surroundings {
	/** Of the environment; undefined where it is not set. */
	variable(name: string): string | undefined;
	/** The text of a file. @throws an error with a code */
	file(path: string): string;
}

export type Read =
	| { readonly ok: true; readonly providers: readonly Provider[] }
	| { readonly ok: false; readonly faults: readonly string[] };

/** More buttons than anybody reads. */
const MOST = 50;
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
/** The word stands in an address of ours. */
const TAKEN = "links";
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

type Check = (value: unknown) => string | undefined;
const isText = (value: unknown): value is string => typeof value === "string" && value.trim() !== "";
const text: Check = value => (isText(value) ? undefined : "is a text");

/** Each field: what is wrong with a value of it, as the end of a sentence. */
const FIELDS: Readonly<Record<string, Check>> = {
	name: value =>
		typeof value === "string" && NAME.test(value) && value !== TAKEN
			? undefined
			: `is 1 to 64 small letters, digits and -, and not '${TAKEN}': it stands in addresses`,
	title: text,
	issuer: value => issuerFault(value),
	clientId: text,
	clientSecret: text,
	clientSecretFile: text,
	scopes: value =>
		Array.isArray(value) &&
		value.every(each => typeof each === "string" && SCOPE.test(each)) &&
		value.includes("openid")
			? undefined
			: "is a list of scopes, `openid` among them",
	createAccounts: value => (typeof value === "boolean" ? undefined : "is true or false")
};
const NEEDED = ["name", "issuer", "clientId"];

/** What an issuer may be asked over HTTP at: this machine. */
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

function issuerFault(value: unknown): string | undefined {
	if (!isText(value) || !URL.canParse(value)) return "is the address of an issuer, as https://id.example.com";
	const { protocol, hostname, search, hash, username } = new URL(value);
	if (search !== "" || hash !== "" || username !== "")
		return "has no query, no fragment and no login (OpenID Connect Discovery 1.0, 3)";
	if (protocol === "https:" || (protocol === "http:" && LOOPBACK.has(hostname))) return undefined;
	return "begins with https://: over http:// anybody on the way could say who signs in (on this machine alone it may)";
}

/** @param document what the file says, as values */
export function readProviders(document: unknown, from: Surroundings): Read {
	const list = propertyOf(document, "providers");
	if (!isFields(document) || !Array.isArray(list) || list.length > MOST)
		return { ok: false, faults: [`It has one list, \`providers\`, of at most ${MOST}.`] };
	const others = Object.keys(document).filter(key => key !== "providers");
	const found = list.map((each, index) => readProvider(each, `providers[${index}]`, from));
	const faults = [...others.map(key => strange("", key, ["providers"])), ...found.flatMap(faultsOf)];
	const providers = found.flatMap(each => (Array.isArray(each) ? [] : [each as Provider]));
	faults.push(...twice(providers, "name"), ...twice(providers, "issuer"));
	return faults.length > 0 ? { ok: false, faults } : { ok: true, providers };
}

const faultsOf = (found: Provider | readonly string[]): readonly string[] => (Array.isArray(found) ? found : []);

const strange = (place: string, key: string, known: readonly string[]): string =>
	`${place === "" ? "It" : place} has '${key}', which is nothing here.${meant(key, known)} Known are: ${known.join(", ")}.`;

/** By one issuer accounts are told apart by their subject alone: two entries of it would let one in by the other. */
const twice = (providers: readonly Provider[], field: "name" | "issuer"): string[] =>
	providers
		.map(each => each[field])
		.filter((value, index, all) => all.indexOf(value) !== index)
		.map(value => `Two providers have the ${field} '${value}': each has its own.`);

function readProvider(given: unknown, place: string, from: Surroundings): Provider | readonly string[] {
	if (!isFields(given)) return [`${place} is a table: name, issuer, clientId and what else is said of it.`];
	const faults: string[] = [];
	const fields = filled(given, place, from, faults);
	for (const key of NEEDED) if (given[key] === undefined) faults.push(`${place} has no '${key}'.`);
	for (const [key, value] of Object.entries(fields)) {
		const check = Object.hasOwn(FIELDS, key) ? FIELDS[key] : undefined;
		const fault = check?.(value);
		if (!check) faults.push(strange(place, key, Object.keys(FIELDS)));
		else if (fault !== undefined) faults.push(`${place}.${key} ${fault}.`);
	}
	const secret = secretOf(fields, place, from, faults);
	return faults.length > 0 ? faults : providerOf(fields, secret);
}

/** After all its fields were checked. */
function providerOf(fields: Readonly<Record<string, unknown>>, clientSecret: string | null): Provider {
	const {
		name,
		issuer,
		clientId,
		title = name,
		scopes = ["openid", "email", "profile"],
		createAccounts = true
	} = fields;
	return { name, title, issuer, clientId, clientSecret, scopes, createAccounts } as Provider;
}

function secretOf(
	{ clientSecret, clientSecretFile }: Readonly<Record<string, unknown>>,
	place: string,
	from: Surroundings,
	faults: string[]
): string | null {
	if (clientSecret !== undefined && clientSecretFile !== undefined)
		faults.push(`${place} has both clientSecret and clientSecretFile: take one of them away.`);
	if (!isText(clientSecretFile)) return isText(clientSecret) ? clientSecret : null;
	try {
		const secret = from.file(clientSecretFile).trim();
		if (secret === "") faults.push(`${place}.clientSecretFile: '${clientSecretFile}' is empty.`);
		return secret;
	} catch (error) {
		const code = String(propertyOf(error, "code"));
		faults.push(`${place}.clientSecretFile: '${clientSecretFile}' cannot be read (${code}).`);
		return null;
	}
}

/** With its references to the environment filled in; what lacks is told, never what stands in one. */
function filled(
	given: Readonly<Record<string, unknown>>,
	place: string,
	{ variable }: Surroundings,
	faults: string[]
): Readonly<Record<string, unknown>> {
	const fill = (key: string, { name, fallback, orEmpty }: Reference): string => {
		const found = variable(name);
		if (found !== undefined && (found !== "" || (fallback !== undefined && !orEmpty))) return found;
		if (fallback === undefined)
			faults.push(
				`${place}.${key}: the environment variable ${name} ${found === "" ? "is set, but empty" : "is not set"}.`
			);
		return fallback ?? name;
	};
	return Object.fromEntries(
		Object.entries(given).map(([key, value]) => {
			const parsed = typeof value === "string" ? parseReferences(value) : undefined;
			if (parsed?.ok === false) faults.push(`${place}.${key} ${parsed.problem}.`);
			return [
				key,
				parsed?.ok ? parsed.parts.map(part => (typeof part === "string" ? part : fill(key, part))).join("") : value
			];
		})
	);
}
