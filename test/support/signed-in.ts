/** The services of people on a node in this process, and somebody who is signed in there. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashed } from "../../adapters/passwords/passwords";
import type { Broker } from "../../cluster";
import type { Client, Person } from "../../contracts/people";
import type { LoggedIn } from "../../contracts/platform/auth-forms";
import { openNode, SERVICES } from "../../node";

/** All but the door. */
const INSIDE = SERVICES.filter(name => name !== "gateway");
export const LAPTOP: Client = { address: "192.0.2.7", agent: "a laptop", device: null };
export const PASSWORD = "seven wild swans";

// biome-ignore lint/suspicious/noExplicitAny: a test looks at what it expects
type Said = any;

export interface People extends AsyncDisposable {
	readonly broker: Broker;
	readonly folder: string;
	/** A call from outside. @param by whoever is signed in */
	call(action: string, params?: object, by?: { readonly person?: Person; readonly client?: Client }): Promise<Said>;
	/** Somebody with a password. @returns their account */
	join(email: string): Promise<string>;
	login(email: string, client?: Client): Promise<LoggedIn>;
	/** Whom an access token stands for. */
	person(token: string | null): Promise<Person>;
	/** Somebody who is signed in. */
	signedIn(email: string): Promise<Person>;
}

export async function openPeople(
	settings: Record<string, string> = {},
	services: readonly string[] = INSIDE
): Promise<People> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-people-"));
	const broker = await openNode(
		{ services: [...services], logLevel: "fatal", logFile: 2 },
		{ DATA_DIR: folder, ...settings }
	);
	const hash = await hashed(PASSWORD);
	const call: People["call"] = (action, params = {}, { person, client = LAPTOP } = {}) => {
		const caller = person && { id: `person:${person.account}`, scopes: person.scopes, person };
		return broker.call(action as "auth.me", params, { meta: { client, ...(caller && { caller }) } });
	};
	const people: People = {
		broker,
		folder,
		call,
		async join(email) {
			const foreign = { id: email, email, password: hash, verified: true };
			return (await call("auth.adopt", { migration: "test", source: "test", account: foreign })).account;
		},
		login: (email, client = LAPTOP) => call("auth.login", { email, password: PASSWORD }, { client }),
		person: token => call("sessions.check", { token }),
		async signedIn(email) {
			await people.join(email);
			return people.person((await people.login(email)).accessToken);
		},
		async [Symbol.asyncDispose]() {
			await broker.stop();
			rmSync(folder, { recursive: true, force: true });
		}
	};
	return people;
}
