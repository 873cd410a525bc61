/** A real issuer (oidc-provider) in this process, with its own login form, and people who sign in there. */

import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Configuration } from "oidc-provider" with { "resolution-mode": "import" };

/** What the issuer knows of somebody, by the name that they sign in with. */
export type People = Readonly<
	Record<string, { readonly email?: string; readonly email_verified?: boolean; readonly name?: string }>
>;

/** What a test does with an answer on its way, in place of the issuer. True: it answered. */
export type Meddle = (req: IncomingMessage, res: ServerResponse) => boolean;

export interface Issuer extends AsyncDisposable {
	readonly url: string;
	/** How often each path was asked for. */
	readonly asked: Map<string, number>;
	people: People;
	meddle: Meddle | undefined;
	/** An ID token as it would sign it; `none`: as nobody does. */
	token(claims: object, alg?: "RS256" | "none"): string;
	/** Nobody listens any more; the same port does after `back`. */
	away(): Promise<void>;
	back(): Promise<void>;
}

interface Client {
	readonly id: string;
	readonly secret?: string;
	readonly redirectUri: string;
}

export async function openIssuer(client: Client, extra: Partial<Configuration> = {}): Promise<Issuer> {
	const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
	let handle: ((req: IncomingMessage, res: ServerResponse) => void) | undefined;
	// It tells of what is for development alone.
	for (const level of ["warn", "info"] as const) jest.spyOn(console, level).mockImplementation();
	const asked = new Map<string, number>();
	const listener = (req: IncomingMessage, res: ServerResponse): void => {
		const [path = ""] = (req.url ?? "").split("?");
		asked.set(path, (asked.get(path) ?? 0) + 1);
		if (!issuer.meddle?.(req, res)) handle?.(req, res);
	};
	let server = await listening(createServer(listener), 0);
	const { port } = server.address() as AddressInfo;
	const url = `http://127.0.0.1:${port}`;
	const issuer: Issuer = {
		url,
		asked,
		people: {},
		meddle: undefined,
		token: (claims, alg = "RS256") => token(privateKey, claims, alg),
		away: () => closed(server),
		back: async () => {
			server = await listening(createServer(listener), port);
		},
		[Symbol.asyncDispose]: () => closed(server)
	};
	handle = providerAt(url, client, () => issuer.people, privateKey, extra).callback();
	return issuer;
}

const KID = "test";
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

function token(key: KeyObject, claims: object, alg: "RS256" | "none"): string {
	const signed = `${part({ alg, typ: "JWT", kid: KID })}.${part(claims)}`;
	return `${signed}.${alg === "none" ? "" : sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
}

const listening = (server: Server, port: number): Promise<Server> =>
	new Promise((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", () => resolve(server)));

function closed(server: Server): Promise<void> {
	server.closeAllConnections();
	return new Promise(resolve => server.close(() => resolve()));
}

function providerAt(
	url: string,
	{ id, secret, redirectUri }: Client,
	people: () => People,
	key: KeyObject,
	extra: Partial<Configuration>
) {
	const {
		Provider
	}: typeof import("oidc-provider", { with: { "resolution-mode": "import" }}) = require("oidc-provider");
	const provider = new Provider(url, {
		clients: [
			{
				client_id: id,
				...(secret === undefined ? { token_endpoint_auth_method: "none" } : { client_secret: secret }),
				redirect_uris: [redirectUri]
			}
		],
		claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
		findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...people()[sub] }) }),
		jwks: { keys: [{ ...key.export({ format: "jwk" }), kid: KID, use: "sig", alg: "RS256" }] },
		cookies: { keys: ["for a test"] },
		...extra
	});
	return provider;
}
