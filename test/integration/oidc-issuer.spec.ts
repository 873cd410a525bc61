/** What is believed of an issuer: a real one answers, and what comes is changed on its way. */

import type { ServerResponse } from "node:http";
import type { Provider } from "../../domain/platform/oidc/providers";
import { Issuers } from "../../services/platform/oidc/issuers";
import { Browser, signInAt } from "../support/browser";
import { type Issuer, openIssuer } from "../support/issuer";

const REDIRECT = "http://127.0.0.1:9/api/v1/auth/oidc/one/callback";
const CLIENT = { id: "banyan", secret: "a secret of the client" };
let issuer: Issuer;
let provider: Provider;
const told: string[] = [];
let issuers: Issuers;

beforeAll(async () => {
	issuer = await openIssuer({ ...CLIENT, redirectUri: REDIRECT });
	issuer.people = { ada: { email: "ada@example.com", email_verified: true, name: "Ada" } };
	provider = {
		name: "one",
		title: "One",
		issuer: issuer.url,
		clientId: CLIENT.id,
		clientSecret: CLIENT.secret,
		scopes: ["openid", "email", "profile"],
		createAccounts: true
	};
});
afterAll(() => issuer[Symbol.asyncDispose]());
beforeEach(() => {
	told.length = 0;
	issuers = new Issuers(sentence => told.push(sentence));
});
afterEach(() => {
	issuer.meddle = undefined;
});

const PROOFS = { state: "the-state", nonce: "the-nonce", verifier: "a".repeat(43) };

/** Where a browser comes back to that signed in. */
const cameBack = async (): Promise<URL> =>
	signInAt(new Browser(), await issuers.address(provider, REDIRECT, PROOFS), "ada", REDIRECT);

const json = (res: ServerResponse, body: object): true => {
	res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
	return true;
};
const failureOf = (work: Promise<unknown>): Promise<{ type: string; message: string; data: unknown }> =>
	work.then(
		() => {
			throw new Error("It was believed.");
		},
		error => error
	);

it("says who signed in, by a code that is good once", async () => {
	const answer = await cameBack();
	expect(answer.searchParams.get("iss")).toBe(issuer.url);
	expect(await issuers.identity(provider, answer, PROOFS)).toEqual({
		issuer: issuer.url,
		subject: "ada",
		email: "ada@example.com",
		verified: true,
		name: "Ada"
	});
	const again = await failureOf(issuers.identity(provider, answer, PROOFS));
	expect(again).toMatchObject({
		type: "OIDC_ANSWER_INVALID",
		message: expect.stringContaining("begin the login again")
	});
});

it("asks with PKCE by S256, and takes no code without its verifier", async () => {
	const url = new URL(await issuers.address(provider, REDIRECT, PROOFS));
	expect(Object.fromEntries(url.searchParams)).toMatchObject({
		response_type: "code",
		client_id: CLIENT.id,
		redirect_uri: REDIRECT,
		scope: "openid email profile",
		code_challenge_method: "S256",
		nonce: PROOFS.nonce,
		state: PROOFS.state
	});
	const answer = await cameBack();
	const stolen = issuers.identity(provider, answer, { ...PROOFS, verifier: "b".repeat(43) });
	expect(await failureOf(stolen)).toMatchObject({ type: "OIDC_ANSWER_INVALID" });
});

describe("an ID token", () => {
	const nowS = (): number => Math.floor(Date.now() / 1000);
	const good = () => ({
		iss: issuer.url,
		sub: "ada",
		aud: CLIENT.id,
		nonce: PROOFS.nonce,
		iat: nowS(),
		exp: nowS() + 60,
		email: "ada@example.com",
		email_verified: true
	});
	const answered = (idToken: string | undefined): Promise<unknown> => {
		issuer.meddle = (req, res) =>
			req.url === "/token" &&
			json(res, { access_token: "a", token_type: "Bearer", ...(idToken !== undefined && { id_token: idToken }) });
		return issuers.identity(provider, new URL(`${REDIRECT}?code=c&state=the-state&iss=${issuer.url}`), PROOFS);
	};

	it("as it should be is believed: so the others are not refused for something else", async () => {
		expect(await answered(issuer.token(good()))).toMatchObject({ subject: "ada", verified: true });
	});

	it.each<[string, () => string | undefined]>([
		["for another client", () => issuer.token({ ...good(), aud: "somebody else" })],
		["for several clients, and used by another", () => issuer.token({ ...good(), aud: [CLIENT.id, "b"], azp: "b" })],
		["of another login", () => issuer.token({ ...good(), nonce: "another" })],
		["of no login", () => issuer.token({ ...good(), nonce: undefined })],
		["of another issuer", () => issuer.token({ ...good(), iss: "https://id.example.com" })],
		["that is expired", () => issuer.token({ ...good(), iat: nowS() - 7200, exp: nowS() - 3600 })],
		["that never ends", () => issuer.token({ ...good(), exp: undefined })],
		["of nobody", () => issuer.token({ ...good(), sub: undefined })],
		["that nobody signed", () => issuer.token(good(), "none")],
		[
			"whose claims were changed",
			() => {
				const [head, , signature] = issuer.token(good()).split(".");
				const claims = Buffer.from(JSON.stringify({ ...good(), sub: "eve" })).toString("base64url");
				return [head, claims, signature].join(".");
			}
		],
		["that is no token", () => "none.at.all"],
		["that is not there", () => undefined]
	])("%s is not", async (_, token) => {
		const error = await failureOf(answered(token()));
		expect(error).toMatchObject({
			type: "OIDC_ANSWER_INVALID",
			message: expect.stringMatching(/Begin the login again/i)
		});
		expect(JSON.stringify([error.message, error.data, told])).not.toContain("ada@");
	});

	it("counts with the address that stands in it alone: another one from beside it vouches for nothing", async () => {
		const token = issuer.token({ ...good(), email_verified: undefined });
		expect(await answered(token)).toMatchObject({ email: "ada@example.com", verified: false });
	});
});

describe("an answer", () => {
	const asked = (query: string) => issuers.identity(provider, new URL(`${REDIRECT}?${query}`), PROOFS);

	it.each([
		["of another issuer (RFC 9207, mix-up)", () => "code=c&state=the-state&iss=https://evil.example"],
		["that does not say who it is, of an issuer that always does", () => "code=c&state=the-state"],
		["with another state", () => `code=c&state=another&iss=${issuer.url}`],
		["without a code", () => `state=the-state&iss=${issuer.url}`]
	])("%s goes to no token endpoint", async (_, query) => {
		const before = issuer.asked.get("/token") ?? 0;
		expect(await failureOf(asked(query()))).toMatchObject({ type: "OIDC_ANSWER_INVALID" });
		expect(issuer.asked.get("/token") ?? 0).toBe(before);
	});

	it.each([
		["access_denied", "did not agree"],
		["server_error", "could not"],
		["<script>", "'error'"]
	])("that is %s says so", async (error, words) => {
		const query = new URLSearchParams({ error, state: "the-state", iss: issuer.url, error_description: "<b>x</b>" });
		const said = await failureOf(asked(query.toString()));
		expect(said).toMatchObject({ type: "OIDC_DENIED", message: expect.stringContaining(words) });
		expect(said.message).not.toContain("<");
	});
});

describe("an issuer", () => {
	const away = { type: "UNAVAILABLE", data: { retryAfter: expect.any(Number) } };

	it("that is away is asked again once it is back, and the same code is good then", async () => {
		const answer = await cameBack();
		await issuer.away();
		try {
			expect(await failureOf(issuers.identity(provider, answer, PROOFS))).toMatchObject(away);
			const fresh = new Issuers(sentence => told.push(sentence));
			expect(await failureOf(fresh.address(provider, REDIRECT, PROOFS))).toMatchObject(away);
		} finally {
			await issuer.back();
		}
		expect(await issuers.identity(provider, answer, PROOFS)).toMatchObject({ subject: "ada" });
	});

	it.each([500, 502, 503, 429])("that answers %d is away", async status => {
		const answer = new URL(`${REDIRECT}?code=c&state=the-state&iss=${issuer.url}`);
		issuer.meddle = (req, res) => req.url === "/token" && Boolean(res.writeHead(status).end("later"));
		expect(await failureOf(issuers.identity(provider, answer, PROOFS))).toMatchObject(away);
	});

	it("that calls itself otherwise is not the one that was meant", async () => {
		const other = { ...provider, issuer: issuer.url.replace("127.0.0.1", "localhost") };
		expect(await failureOf(issuers.address(other, REDIRECT, PROOFS))).toMatchObject(away);
	});

	it("sends us nowhere: what it redirects to is not asked", async () => {
		issuer.meddle = (req, res) =>
			req.url === "/.well-known/openid-configuration" &&
			Boolean(res.writeHead(302, { location: `${issuer.url}/elsewhere` }).end());
		expect(await failureOf(issuers.address(provider, REDIRECT, PROOFS))).toMatchObject(away);
		expect(issuer.asked.get("/elsewhere")).toBeUndefined();
	});
});
