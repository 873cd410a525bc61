/** Asks an old system, within bounds: so many questions at once, each for so long, none while it fails. */

import { wayOf } from "../../../connectors/http/options";
import { type OpenWay, openWay } from "../../../connectors/http/way";
import { type JsonValue, parseJson } from "../../../contracts/json";
import {
	type Found,
	hiddenField,
	type OldAnswer,
	personIn,
	valueAt,
	verdictOf
} from "../../../domain/platform/legacy/answer";
import { Breaker } from "../../../domain/platform/legacy/breaker";
import type { Description } from "../../../domain/platform/legacy/description";
import { withoutEnd } from "../../../domain/trim";
import { codeOf, propertyOf, textOf } from "../../../domain/unknown";
import { Slots } from "./slots";

/** Whether the old system knows somebody it alone can say, and it does not. Nothing in the sentence is a person's. */
export class Away extends Error {}

const MOST_BYTES = 1024 * 1024;
const MOST_HEADER_BYTES = 64 * 1024;
const FORM = "application/x-www-form-urlencoded";

/** What ends no header, and no cookie in one (RFC 6265 §4.1.1). */
const TOKEN = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/;

interface Sent {
	readonly method?: "GET" | "POST";
	readonly path: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
}
type Answered = OldAnswer & { readonly text: string };

export class OldSystem {
	private readonly way: OpenWay;
	private readonly url: URL;
	private readonly breaker: Breaker;
	private readonly slots: Slots;

	constructor(
		private readonly description: Description,
		private readonly now: () => number
	) {
		const { url, headers, caFile, insecure, proxy, answerMs, concurrency, failures, restMs } = description;
		this.url = new URL(url);
		this.breaker = new Breaker(failures, restMs);
		this.slots = new Slots(concurrency);
		this.way = openWay(wayOf({ headers, caFile, insecure, proxy }), {
			timeoutMs: answerMs,
			connectMs: answerMs,
			connections: concurrency,
			mostBytes: MOST_BYTES,
			mostHeaderBytes: MOST_HEADER_BYTES
		});
	}

	/** Would somebody be told now that it is away? */
	get isAway(): boolean {
		return this.breaker.isFailing || this.slots.isFull;
	}

	close(): Promise<void> {
		return this.way.close();
	}

	/** Whose the login is; undefined where it is wrong. @throws Away */
	login(email: string, password: string): Promise<Found | undefined> {
		return this.within(async signal => {
			const { login, person } = this.description;
			const answer = await this.loggedIn(email, password, signal);
			const verdict = verdictOf(answer, login.success, login.refusal);
			if (verdict === "no-answer") throw new Away(`a login was answered with ${answer.status}`);
			if (verdict === "wrong") return undefined;
			const said = person.me ? await this.me(answer, signal) : answer.json;
			const found = personIn(said, person, email);
			if (!found) throw new Away(`a right login does not say '${person.id}': look at person`);
			return found;
		});
	}

	/** Whose a session is; undefined where it is none. @throws Away */
	session(token: string): Promise<Found | undefined> {
		const { sessions } = this.description;
		if (!sessions || !TOKEN.test(token)) return Promise.resolve(undefined);
		return this.within(async signal => {
			const answer = await (sessions.as === "me" ? this.whoHas(token, signal) : this.introspected(token, signal));
			if (answer.status === 408 || answer.status === 429 || answer.status >= 500)
				throw new Away(`a session was answered with ${answer.status}`);
			const isActive = sessions.as === "me" || (isTable(answer.json) && answer.json.active === true);
			return answer.status === 200 && isActive ? personIn(answer.json, sessions, undefined) : undefined;
		});
	}

	private async loggedIn(email: string, password: string, signal: AbortSignal): Promise<Answered> {
		const { login } = this.description;
		const hidden = login.hidden && (await this.hidden(login.hidden, signal));
		const fields = { ...login.more, ...hidden?.fields, [login.email]: email, [login.password]: password };
		const isForm = login.as === "form";
		const answer = await this.send(
			{
				method: "POST",
				path: login.path,
				headers: {
					"content-type": isForm ? FORM : "application/json",
					...(hidden && { cookie: cookieLine(hidden.cookies), referer: this.url.origin + login.path })
				},
				body: isForm ? new URLSearchParams(fields).toString() : JSON.stringify(fields)
			},
			signal
		);
		return { ...answer, cookies: { ...hidden?.cookies, ...answer.cookies } };
	}

	/** Of a page with a form, what protects it from other sites. */
	private async hidden({ path, field }: { path: string; field: string }, signal: AbortSignal) {
		const page = await this.send({ path, headers: { accept: "text/html" } }, signal);
		const value = hiddenField(page.text, field);
		if (value === undefined) throw new Away(`${path} answered ${page.status} without the field '${field}'`);
		return { fields: { [field]: value }, cookies: page.cookies };
	}

	private async me(login: Answered, signal: AbortSignal): Promise<JsonValue | undefined> {
		const { me } = this.description.person;
		if (!me) return undefined;
		const token = me.token === undefined ? undefined : tokenAt(login.json, me.token);
		const headers = token === undefined ? { cookie: cookieLine(login.cookies) } : { authorization: `Bearer ${token}` };
		const answer = await this.send({ path: me.path, headers }, signal);
		if (answer.status !== 200) throw new Away(`${me.path} answered ${answer.status} to somebody who is logged in`);
		return answer.json;
	}

	private whoHas(token: string, signal: AbortSignal): Promise<Answered> {
		const { path = "/", cookie } = this.description.sessions ?? {};
		const headers = cookie === undefined ? { authorization: `Bearer ${token}` } : { cookie: `${cookie}=${token}` };
		return this.send({ path, headers }, signal);
	}

	/** RFC 7662 §2.1. */
	private introspected(token: string, signal: AbortSignal): Promise<Answered> {
		const { path = "/", user = "", secret = "" } = this.description.sessions ?? {};
		const authorization =
			user === ""
				? `Bearer ${secret}`
				: `Basic ${Buffer.from(`${encodeURIComponent(user)}:${encodeURIComponent(secret)}`).toString("base64")}`;
		const headers = { "content-type": FORM, ...(secret !== "" && { authorization }) };
		return this.send({ method: "POST", path, headers, body: new URLSearchParams({ token }).toString() }, signal);
	}

	/** One of so many at once, in time, and told to what looks after it. */
	private async within<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
		const signal = AbortSignal.timeout(this.description.answerMs);
		if (!(await this.slots.take(signal))) throw new Away("too many ask it at once");
		try {
			if (!this.breaker.admits(this.now())) throw new Away("it failed several times in a row");
			return await this.judged(ask, signal);
		} finally {
			this.slots.give();
		}
	}

	private async judged<T>(ask: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
		try {
			const answer = await ask(signal);
			this.breaker.told(false, this.now());
			return answer;
		} catch (error) {
			this.breaker.told(true, this.now());
			throw error;
		}
	}

	private async send({ method = "GET", path, headers = {}, body }: Sent, signal: AbortSignal): Promise<Answered> {
		const { origin, pathname } = this.url;
		try {
			const {
				statusCode,
				headers: told,
				body: content
			} = await this.way.request({
				origin,
				path: withoutEnd(pathname, "/") + path,
				method,
				headers: { accept: "application/json, text/html;q=0.5", "accept-encoding": "identity", ...headers },
				body: body ?? null,
				signal
			});
			const text = await content.text();
			return {
				status: statusCode,
				text,
				json: jsonIn(text),
				location: one(told.location),
				cookies: cookiesIn(told["set-cookie"])
			};
		} catch (error) {
			throw new Away(`${method} ${path}: ${reasonOf(error)}`);
		}
	}
}

const isTable = (value: JsonValue | undefined): value is { [key: string]: JsonValue } =>
	typeof value === "object" && value !== null && !Array.isArray(value);

function tokenAt(json: JsonValue | undefined, place: string): string {
	const token = valueAt(json, place);
	// What ends a header is no token.
	if (typeof token === "string" && /^[\x21-\x7e]{1,8192}$/.test(token)) return token;
	throw new Away(`a right login has no token at '${place}': look at person.me.token`);
}

const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

function jsonIn(text: string): JsonValue | undefined {
	try {
		return parseJson(text);
	} catch {
		return undefined;
	}
}

/** Names and values alone: it is sent back to where it came from. */
function cookiesIn(told: string | string[] | undefined): Record<string, string> {
	const lines = told === undefined ? [] : [told].flat();
	return Object.fromEntries(
		lines.flatMap(line => {
			const [, name, value] = /^\s*([^=;\s]+)\s*=\s*([^;]*)/.exec(line) ?? [];
			return name !== undefined && value !== undefined ? [[name, value.trim()] as const] : [];
		})
	);
}

const cookieLine = (cookies: Readonly<Record<string, string>>): string =>
	Object.entries(cookies)
		.map(([name, value]) => `${name}=${value}`)
		.join("; ");

/** Its code alone: what else an error says may be of whoever asked. */
const reasonOf = (error: unknown): string =>
	codeOf(error) ?? codeOf(propertyOf(error, "cause")) ?? textOf(error, "name") ?? "no answer";
