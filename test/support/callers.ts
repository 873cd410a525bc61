/** Whom routes are for: a key, somebody who is signed in, anybody. */

import { hashed } from "../../adapters/passwords/passwords";
import { PERSON, PUBLIC, type Route } from "../../domain/platform/routes";
import type { Answer, Asked, Door } from "./door";

const PASSWORD = "seven wild swans";
let hash: Promise<string> | undefined;
let people = 0;

/** Somebody new, who proved a moment ago who they are. @returns their access token */
export async function signedIn(door: Door): Promise<string> {
	hash ??= hashed(PASSWORD);
	const email = `person${++people}@example.com`;
	const accounts = [{ id: email, email, password: await hash, verified: true }];
	const body = { migration: "m", source: "s", accounts };
	const brought = await door.ask("/api/v1/auth/accounts", { method: "POST", body });
	if (brought.status !== 200) throw new Error(brought.text);
	const login = { method: "POST", key: null, body: { email, password: PASSWORD } };
	const answer = await door.ask("/api/v1/auth/login", login);
	if (answer.status !== 200) throw new Error(answer.text);
	return answer.json.accessToken;
}

export const bearer = (text: string): Asked => ({ key: null, headers: { authorization: `Bearer ${text}` } });

/** Asks a route as whom it is for: of what is for people somebody who is signed in, of what has a scope its key, else nobody. */
export class Caller {
	private token: string | null = null;

	constructor(
		private readonly door: () => Door,
		private readonly route: Pick<Route, "permission">
	) {}

	readonly ask = async (path: string, asked: Asked = {}): Promise<Answer> => {
		const { key = null, headers } = await this.credentials();
		const answer = await this.door().ask(path, { ...asked, key, headers: { ...headers, ...asked.headers } });
		if (answer.status < 400) this.leave();
		return answer;
	};

	/** The lines of a head that say who asks. */
	async lines(): Promise<string[]> {
		const { key, headers } = await this.credentials();
		return Object.entries({ ...headers, ...(key && { "X-API-Key": key }) }).map(([name, value]) => `${name}: ${value}`);
	}

	/** Whoever was let do it may have signed out by it, or be gone: the next is somebody else. */
	leave(): void {
		this.token = null;
	}

	private async credentials(): Promise<Asked> {
		if (this.route.permission === PUBLIC) return { key: null };
		if (this.route.permission !== PERSON) return { key: this.door().key };
		this.token ??= await signedIn(this.door());
		return bearer(this.token);
	}
}
