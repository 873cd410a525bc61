/** Who calls, and whether they may: the holder of an API key, or whoever is signed in. */

import type { Broker } from "../../../cluster";
import { codeOf, failure } from "../../../cluster/errors";
import type { Caller } from "../../../cluster/person";
import { settingsFor, settingsOf } from "../../../cluster/settings";
import type { PayloadOf } from "../../../contracts/contract";
import type { Person } from "../../../contracts/people";
import { type ApiKey, OWN_READ } from "../../../contracts/platform/access";
import { gateway } from "../../../contracts/platform/gateway";
import type { sessions } from "../../../contracts/platform/sessions";
import { type AskingPage, askingPage } from "../../../domain/platform/asking-page";
import { PERSON, type Route } from "../../../domain/platform/routes";
import { rootOf, saysOver } from "../../../domain/platform/session-tokens";
import type { WebRequest } from "../../../mixins/web.mixin";
import { Attempts } from "./attempts";
import { callOf, header, mayDo } from "./call";
import { type Credential, credentialOf } from "./credentials";
import { Remembered } from "./remembered";

/** A key has 47. */
const LONGEST_KEY = 200;
const LONGEST_TOKEN = 4_096;

/** Somebody whose word on themselves was checked. */
interface Known {
	readonly caller: Caller;
	/** As sentences call them. */
	readonly called: string;
	/** Of a key of somebody's own: whoever made it, where it reads what is theirs. */
	readonly reader?: Caller;
}

type Asked = Pick<Route, "permission" | "fresh" | "reads">;
/** The holder of any scope. */
const ANY: Asked = { permission: "", fresh: null, reads: true };

export class Authentication {
	private readonly keys: Remembered<Known>;
	private readonly sessions: Remembered<Known>;
	private readonly origins: ReadonlySet<string>;

	constructor(broker: Broker) {
		const attempts = new Attempts(broker);
		this.keys = new Remembered(
			{ longest: LONGEST_KEY, ask: async key => holderOf(await broker.call("access.check", { key })) },
			attempts
		);
		this.sessions = new Remembered(
			{
				longest: LONGEST_TOKEN,
				root: rootOf,
				ask: async token => personIn(await broker.call("sessions.check", { token }))
			},
			attempts
		);
		this.origins = originsOf(broker);
	}

	/**
	 * The caller, at once where they are remembered.
	 * @throws UNAUTHENTICATED · FORBIDDEN · STEP_UP_REQUIRED · ORIGIN_REFUSED · THROTTLED · REQUEST_INVALID
	 */
	admit(req: WebRequest, asked: Asked = ANY): Caller | Promise<Caller> {
		const credential = credentialOf(req);
		if (!credential) throw unauthenticated(asked);
		if (credential.isCookie) this.refuseForeign(req);
		const known = this.of(credential).get(credential.text);
		// Whoever proved it a moment ago did so maybe after they were remembered.
		return known && isFresh(known, asked)
			? allowed(known, asked)
			: this.checked(req, credential).then(caller => allowed(caller, asked));
	}

	/**
	 * Does the request come of somebody who holds a scope? For what everybody may see, and some may see more of: also while
	 * nobody can say who they are. @throws THROTTLED
	 */
	async isKnown(req: WebRequest): Promise<boolean> {
		try {
			await this.admit(req);
			return true;
		} catch (error) {
			if (codeOf(error) === "THROTTLED") throw error;
			return false;
		}
	}

	/** Of what changes something, and acts on a cookie: a browser sends that whichever page has it ask. @throws ORIGIN_REFUSED */
	refuseForeign(req: WebRequest): void {
		if (isSafe(req) || this.pageOf(req) === "own") return;
		throw failure(
			"ORIGIN_REFUSED",
			"This acts on a cookie, so it is for pages of this server: have the browser send Origin or Sec-Fetch-Site, or send the access token in the header Authorization, after the word Bearer."
		);
	}

	/** Of what sets a cookie: another's page is not to sign anybody in as somebody else. @throws ORIGIN_REFUSED */
	refuseOthersPages(req: WebRequest): void {
		if (isSafe(req) || this.pageOf(req) !== "foreign") return;
		throw failure(
			"ORIGIN_REFUSED",
			"This sets a cookie, so pages of another origin may not ask for it, unless GATEWAY_CORS_ORIGINS lists it."
		);
	}

	forgetKeys(): void {
		this.keys.forget();
	}
	/** Of one session, or one account; null: of each. */
	forgetSessions({ account, session }: PayloadOf<typeof sessions.events.changed>): void {
		this.sessions.forget(
			({ caller: { person } }) =>
				(account === null || person?.account === account) && (session === null || person?.session === session)
		);
	}

	private async checked(req: WebRequest, credential: Credential): Promise<Known> {
		const { text } = credential;
		if (saysOver(text, Date.now())) return refused(credential);
		return (await this.of(credential).check(text, callOf(req).client)) ?? refused(credential);
	}

	private of({ kind }: Credential): Remembered<Known> {
		return kind === "key" ? this.keys : this.sessions;
	}

	private pageOf(req: WebRequest): AskingPage {
		const { scheme, host } = callOf(req);
		const said = { origin: header(req, "origin"), site: header(req, "sec-fetch-site") };
		return askingPage(said, `${scheme}://${host}`, this.origins);
	}
}

const isSafe = ({ method }: WebRequest): boolean => method === "GET" || method === "HEAD";

function holderOf(key: ApiKey | null): Known | null {
	if (!key) return null;
	const { id, scopes, owner } = key;
	const holder = { caller: { id, scopes }, called: `the key '${key.name}' has` };
	if (owner == null || !scopes.includes(OWN_READ)) return holder;
	// It is in no session, and proved nothing.
	const person: Person = { account: owner, session: "", scopes, factors: [], provedAt: 0 };
	return { ...holder, reader: { id, scopes, person } };
}

const personIn = (person: Person | null): Known | null =>
	person && { caller: { id: `person:${person.account}`, scopes: person.scopes, person }, called: "you have" };

/** @throws FORBIDDEN */
function allowedReader({ reader }: Known, { reads, fresh }: Asked): Caller {
	if (reader && reads && fresh === null) return reader;
	throw failure(
		"FORBIDDEN",
		`This is for people; a key with the scope '${OWN_READ}' reads what is its owner's, where no fresh proof is asked for. ${SIGN_IN}`
	);
}

const isFresh = ({ caller: { person } }: Known, { fresh }: Asked): boolean =>
	fresh === null || !person || person.provedAt >= Date.now() - fresh * 1000;

/** Of pages that may ask as ours do. */
function originsOf(broker: Broker): ReadonlySet<string> {
	const { publicUrl } = settingsFor(broker, gateway);
	const own = publicUrl === "" ? [] : [new URL(publicUrl).origin];
	return new Set([...own, ...(settingsOf(broker).gateway?.corsOrigins ?? [])]);
}

const SIGN_IN =
	"Sign in (POST /api/v1/auth/login), and send the access token in the header Authorization, after the word Bearer.";

const unauthenticated = ({ permission }: Asked): Error =>
	failure(
		"UNAUTHENTICATED",
		permission === PERSON
			? SIGN_IN
			: "Send an API key as X-API-Key; the first one is in the data folder, in api-key. Or sign in, and send the access token in the header Authorization, after the word Bearer."
	);

/** @throws UNAUTHENTICATED */
function refused({ kind }: Credential): never {
	throw failure(
		"UNAUTHENTICATED",
		kind === "key"
			? "This API key is not known here, or was revoked."
			: "This token is none of ours, is over, or its session has ended: refresh it (POST /api/v1/auth/refresh), or sign in again."
	);
}

/** @throws FORBIDDEN · STEP_UP_REQUIRED */
function allowed(known: Known, asked: Asked): Caller {
	if (asked.permission === PERSON) return allowedPerson(known, asked);
	const { caller, called } = known;
	if (asked === ANY ? caller.scopes.length > 0 : mayDo(caller, asked.permission)) return caller;
	throw failure(
		"FORBIDDEN",
		`This needs ${asked === ANY ? "a scope" : `the scope '${asked.permission}'`}; ${called} ${caller.scopes.join(", ") || "none"}.`
	);
}

function allowedPerson(known: Known, asked: Asked): Caller {
	if (!known.caller.person) return allowedReader(known, asked);
	if (isFresh(known, asked)) return known.caller;
	throw failure(
		"STEP_UP_REQUIRED",
		`This is for whoever proved who they are within ${asked.fresh} s: do so once more (POST /api/v1/auth/step-up), then ask again.`
	);
}
