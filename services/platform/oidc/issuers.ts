/** What is asked of issuers: their documents, and who it was that signed in. By openid-client, loaded when first needed. */

import type { Configuration, ServerMetadata } from "openid-client";
import { failure } from "../../../cluster/errors";
import { type Identity, identityOf } from "../../../domain/platform/oidc/identity";
import type { Provider } from "../../../domain/platform/oidc/providers";
import { answerFailure, isAway, wordsOf } from "./faults";

type Client = typeof import("openid-client", { with: { "resolution-mode": "import" }});
const client = (): Client => require("openid-client");

/** What a login is proved by beside its state: to be had by nobody but us. */
export interface Proofs {
	readonly state: string;
	readonly nonce: string;
	/** Of PKCE (RFC 7636). */
	readonly verifier: string;
}

interface Known {
	readonly configuration: Promise<Configuration>;
	readonly untilMs: number;
}

/** Issuers change their addresses and keys seldom; keys that are not known are asked for at once. */
const KNOWN_MS = 3_600_000;
const TIMEOUT_S = 10;
const RETRY_AFTER_S = 10;

export class Issuers {
	private readonly known = new Map<string, Known>();

	/** @param tell why an issuer cannot be asked, or what it answers cannot be trusted: for the operator */
	constructor(private readonly tell: (sentence: string) => void) {}

	/** Where a browser is sent. @throws UNAVAILABLE */
	async address(provider: Provider, redirectUri: string, { state, nonce, verifier }: Proofs): Promise<string> {
		const configuration = await this.of(provider);
		const url = client().buildAuthorizationUrl(configuration, {
			redirect_uri: redirectUri,
			scope: provider.scopes.join(" "),
			state,
			nonce,
			code_challenge: await client().calculatePKCECodeChallenge(verifier),
			code_challenge_method: "S256"
		});
		return url.href;
	}

	/**
	 * Who signed in, by what their issuer sent.
	 * @param answer the redirect URI with all that came
	 * @throws UNAVAILABLE, after which the same may be asked again; OIDC_DENIED, OIDC_ANSWER_INVALID
	 */
	async identity(provider: Provider, answer: URL, { state, nonce, verifier }: Proofs): Promise<Identity> {
		const configuration = await this.of(provider);
		const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
		try {
			const tokens = await client().authorizationCodeGrant(configuration, answer, checks);
			const claims = tokens.claims();
			if (!claims) throw answerFailure(provider, undefined);
			const more = typeof claims.email === "string" ? {} : await moreOf(configuration, tokens.access_token, claims.sub);
			return identityOf(claims.iss, claims.sub, claims, more);
		} catch (error) {
			if (isAway(error)) throw this.away(provider, error);
			this.tell(`A login by '${provider.name}' failed: ${wordsOf(error)}`);
			throw answerFailure(provider, error);
		}
	}

	/** Its documents; asked for anew after a while, and where they could not be had. */
	private of(provider: Provider): Promise<Configuration> {
		const known = this.known.get(provider.name);
		if (known && known.untilMs > Date.now()) return known.configuration;
		const configuration = discovered(provider);
		this.known.set(provider.name, { configuration, untilMs: Date.now() + KNOWN_MS });
		return configuration.catch(error => {
			this.known.delete(provider.name);
			throw this.away(provider, error);
		});
	}

	private away({ name, title }: Provider, error: unknown): Error {
		this.tell(`The issuer of '${name}' cannot be asked: ${wordsOf(error)}`);
		const seconds = RETRY_AFTER_S;
		return failure(
			"UNAVAILABLE",
			`${title} does not answer as an issuer does. Try again in ${seconds} seconds, or sign in another way.`,
			{ retryAfter: seconds }
		);
	}
}

async function discovered({ issuer, clientId, clientSecret }: Provider): Promise<Configuration> {
	const { allowInsecureRequests, discovery, enableNonRepudiationChecks, None } = client();
	const server = new URL(issuer);
	const secretly = clientSecret === null ? None() : secretBy(clientSecret);
	// An ID token's signature is looked at although it comes straight from the issuer: TLS may end before it.
	const execute = [enableNonRepudiationChecks, ...(server.protocol === "http:" ? [allowInsecureRequests] : [])];
	const found = await discovery(server, clientId, undefined, secretly, { timeout: TIMEOUT_S, execute });
	const said = found.serverMetadata().issuer;
	if (said !== issuer) throw new Error(`It calls itself '${said}'.`);
	return found;
}

/** As the issuer takes it: in a header, unless it says that it does not. */
function secretBy(secret: string): ReturnType<Client["None"]> {
	const { ClientSecretBasic, ClientSecretPost } = client();
	const takesBasic = ({ token_endpoint_auth_methods_supported: methods }: ServerMetadata): boolean =>
		methods?.includes("client_secret_basic") ?? true;
	const [basic, post] = [ClientSecretBasic(secret), ClientSecretPost(secret)];
	return (server, ...rest) => (takesBasic(server) ? basic : post)(server, ...rest);
}

/** Most issuers tell the address of claims alone, not the ID token, who somebody is. */
async function moreOf(configuration: Configuration, accessToken: string, subject: string): Promise<object> {
	if (configuration.serverMetadata().userinfo_endpoint === undefined) return {};
	return client().fetchUserInfo(configuration, accessToken, subject);
}
