/** A small monolith: logins as a form with a hidden field, and as JSON; sessions by cookie and by token; introspection. */

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { verified } from "../../../adapters/passwords/passwords";
import type { OldPerson } from "./fixtures";

export interface OldSystem extends AsyncDisposable {
	readonly url: string;
	/** Addresses that logins were tried for. */
	readonly tried: string[];
	/** It answers 503 to everything. */
	down: boolean;
	/** A session of somebody, as their browser has it. */
	sessionOf(id: string): string;
	/** How often sessions were asked for. */
	introspected: number;
}

export async function startOldSystem(people: readonly OldPerson[]): Promise<OldSystem> {
	const sessions = new Map<string, OldPerson>();
	const forms = new Set<string>();
	const server = createServer((request, response) => void answer(request, response)).listen(0, "127.0.0.1");
	await once(server, "listening");
	const old: OldSystem = {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		tried: [],
		down: false,
		introspected: 0,
		sessionOf: id => begun(people.find(person => person.id === id) as OldPerson),
		[Symbol.asyncDispose]: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, "close");
		}
	};
	return old;

	function begun(person: OldPerson): string {
		const session = randomUUID();
		sessions.set(session, person);
		return session;
	}

	async function rightly(email: string, password: string): Promise<OldPerson | undefined> {
		old.tried.push(email);
		const person = people.find(each => each.email === email);
		return person && (await verified(password, person.stored, true)) !== "no" ? person : undefined;
	}

	async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		let body = "";
		for await (const chunk of request) body += String(chunk);
		const say = (status: number, value: object, headers = {}): void => {
			response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
		};
		if (old.down) return say(503, {});
		const { cookie = "", authorization = "" } = request.headers;
		const session = /sid=([^;]+)/.exec(cookie)?.[1] ?? /^Bearer (.+)/.exec(authorization)?.[1] ?? "";
		const shown = ({ id, email, format }: OldPerson) => ({
			user: { id: Number(id), email, name: `Of ${format}`, confirmed: true }
		});
		const routes: Record<string, () => Promise<void> | void> = {
			"GET /login": async () => {
				const form = randomUUID();
				forms.add(form);
				response.writeHead(200, { "content-type": "text/html", "set-cookie": `csrf=${form}; Path=/` });
				response.end(`<form method=post><input type="hidden" name="csrf" value="${form}"><input name="login"></form>`);
				return;
			},
			"POST /login": async () => {
				const fields = new URLSearchParams(body);
				const form = fields.get("csrf") ?? "";
				if (!cookie.includes(`csrf=${form}`) || !forms.delete(form)) return say(403, {});
				const person = await rightly(fields.get("login") ?? "", fields.get("pass") ?? "");
				if (!person) return void response.writeHead(200, { "content-type": "text/html" }).end("<p>wrong</p>");
				response.writeHead(302, { location: "/home", "set-cookie": `sid=${begun(person)}; HttpOnly` }).end();
				return;
			},
			"POST /api/login": async () => {
				const { email, password } = JSON.parse(body) as Record<string, string>;
				const person = await rightly(email ?? "", password ?? "");
				return person ? say(200, { token: begun(person), ...shown(person) }) : say(401, { error: "wrong" });
			},
			"GET /api/me": async () => {
				const person = sessions.get(session);
				return person ? say(200, shown(person)) : say(401, {});
			},
			"POST /introspect": async () => {
				old.introspected++;
				const person = sessions.get(new URLSearchParams(body).get("token") ?? "");
				if (authorization !== `Basic ${Buffer.from("banyan:s3cret").toString("base64")}`) return say(401, {});
				return say(200, person ? { active: true, sub: person.id, email: person.email } : { active: false });
			}
		};
		await (routes[`${request.method} ${request.url}`] ?? (() => say(404, {})))();
	}
}
