/** A server with accounts in this process: its gateway, its people, and what moves them. */

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Broker } from "../../../cluster";
import { openNode, STAGES } from "../../../node";

const PEOPLE = [
	"access",
	"auth",
	"events",
	"gateway",
	"guesses",
	"idempotency",
	"legacy",
	"mail",
	"mfa",
	"oidc",
	"passkeys",
	"sessions",
	"signing",
	"users"
];

export interface PeopleNode extends AsyncDisposable {
	readonly broker: Broker;
	readonly url: string;
	/** An API key with all scopes. */
	readonly key: string;
	post(path: string, body: object, headers?: Record<string, string>): Promise<Posted>;
}
export interface Posted {
	readonly status: number;
	readonly text: string;
	readonly headers: Headers;
	// biome-ignore lint/suspicious/noExplicitAny: its shape is what is tested
	readonly json: any;
}

/** @param folder of its data, and of the files that definitions name */
export async function openPeople(folder: string, settings: Record<string, string> = {}): Promise<PeopleNode> {
	const data = join(folder, "data");
	mkdirSync(folder, { recursive: true });
	const broker = await openNode(
		{ services: [...STAGES, ...PEOPLE], logLevel: "fatal", resume: false },
		{
			DATA_DIR: data,
			FILES_DIR: folder,
			GATEWAY_PORT: "0",
			PATIENCE_MS: "5",
			GUESSES: "100000",
			GUESSES_NETWORK: "100000",
			...settings
		}
	);
	const gateway = broker.getLocalService("gateway") as unknown as { readonly address: string };
	const url = gateway.address;
	return {
		broker,
		url,
		key: readFileSync(join(data, "api-key"), "utf8").trim(),
		post: async (path, body, headers = {}) => {
			const answer = await fetch(url + path, {
				method: "POST",
				headers: { "content-type": "application/json", ...headers },
				body: JSON.stringify(body)
			});
			const text = await answer.text();
			return {
				status: answer.status,
				headers: answer.headers,
				text,
				get json() {
					return JSON.parse(text);
				}
			};
		},
		[Symbol.asyncDispose]: () => broker.stop()
	};
}
