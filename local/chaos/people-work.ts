/**
 * What people ask of the cluster: accounts are brought from another system, sign in, use and refresh their sessions, and
 * somebody guesses at passwords. What was acknowledged is in the books: accounts and sessions that must be there, and guesses,
 * of which no more may be looked at than the limit says, whichever node counts them.
 */

import { pbkdf2Sync } from "node:crypto";
import { textOf } from "../../domain/unknown";
import type { Answer } from "./client";
import type { Work } from "./kinds";
import type { People, Session } from "./people";

/** At one address, before it is the next one's turn. */
const GUESSES_EACH = 15;
/** Of a hundred requests one guesses. */
const IN_TURN = 100;

const PASSWORD = "eight wild swans";
const addressOf = (name: string): string => `${name}@example.com`;

/** As the old system keeps it: the first login here makes argon2id of it. */
function werkzeug(salt: string): string {
	return `pbkdf2:sha256:1000$${salt}$${pbkdf2Sync(PASSWORD, salt, 1000, 32, "sha256").toString("hex")}`;
}

function opened(people: People, { body }: Answer): void {
	const [id, account] = [textOf(body, "session") ?? "", textOf(body, "account") ?? ""];
	people.sessions.made(id);
	people.open.push({ id, account, ...tokensIn(body), busy: false, reads: 0 });
}

const tokensIn = (body: unknown): Pick<Session, "accessToken" | "refreshToken"> => ({
	accessToken: textOf(body, "accessToken") ?? "",
	refreshToken: textOf(body, "refreshToken") ?? ""
});

export const PEOPLE_WORK: readonly Work[] = [
	{
		kind: "bring an account",
		share: 2,
		ask: ({ run }, nth) => {
			const name = `${run}-${nth}`;
			const account = { id: name, email: addressOf(name), password: werkzeug(name) };
			const body = { migration: run, source: "chaos", accounts: [account] };
			return { ask: { method: "POST", path: "/api/v1/auth/accounts", body, again: true }, name };
		},
		good: [200],
		answered: ({ people }, name) => {
			people.accounts.made(addressOf(name));
			people.known.push(name);
		}
	},
	{
		kind: "sign in",
		share: 1,
		ask: ({ people }, nth) => {
			const name = people.known[nth % people.known.length];
			if (name === undefined) return undefined;
			const body = { email: addressOf(name), password: PASSWORD };
			return { ask: { method: "POST", path: "/api/v1/auth/login", body, again: false, as: null }, name };
		},
		good: [200],
		answered: ({ people }, _, answer) => opened(people, answer)
	},
	{
		kind: "refresh a session",
		share: 3,
		ask: ({ people }, nth) => {
			const session = people.free(nth);
			if (!session) return undefined;
			session.busy = true;
			const body = { refreshToken: session.refreshToken };
			return {
				ask: { method: "POST", path: "/api/v1/auth/refresh", body, again: true, as: null },
				name: session.id
			};
		},
		good: [200],
		answered: ({ people }, id, { body }) => Object.assign(people.find(id) ?? {}, tokensIn(body), { busy: false })
	},
	{
		kind: "read of one's account",
		share: 6,
		ask: ({ people }, nth) => {
			const session = people.free(nth);
			if (!session) return undefined;
			session.reads++;
			return {
				ask: { method: "GET", path: "/api/v1/auth/me", again: true, as: session.accessToken },
				name: session.id
			};
		},
		good: [200],
		answered: ({ people }, id) => people.read(id)
	},
	{
		kind: "sign out",
		share: 1,
		ask: ({ people }) => {
			const session = people.leaving();
			if (!session) return undefined;
			people.sessions.leaving(session.id);
			const { accessToken: as, id } = session;
			return { ask: { method: "POST", path: "/api/v1/auth/logout", body: {}, again: true, as }, name: id };
		},
		// Tried again on its way, it is over already.
		good: [200, 401],
		answered: ({ people }, id) => people.sessions.gone(id)
	},
	{
		kind: "guess at a password",
		share: 1,
		ask: ({ run }, nth) => {
			const name = `${run}-guess-${Math.floor(nth / IN_TURN / GUESSES_EACH)}`;
			const body = { email: addressOf(name), password: `${PASSWORD} ${nth}` };
			return { ask: { method: "POST", path: "/api/v1/auth/login", body, again: false, as: null }, name };
		},
		good: [401, 429],
		answered: ({ people: { looked } }, name, { status }) => {
			if (status === 401) looked.set(name, (looked.get(name) ?? 0) + 1);
		}
	}
];
