/** Makes and verifies what browsers and authenticators say to each other; the library is loaded once somebody has a passkey. */

import type { Asserted, Attested } from "../../../contracts/platform/passkey-forms";
import { clientDataIn, faultIn, inOurWords } from "../../../domain/platform/factors/client-data";
import type { RelyingParty } from "../../../domain/platform/factors/relying-party";
import { messageOf } from "../../../domain/unknown";

/** It takes half a second to load. */
const library = (): typeof import("@simplewebauthn/server") => require("@simplewebauthn/server");

/** EdDSA, ES256, RS256 (RFC 9053): what authenticators have. What Node has as an experiment is left for later. */
const supportedAlgorithmIDs = [-8, -7, -257];

/** What a passkey is proved by. */
export interface Credential {
	/** As authenticators call it. */
	readonly credential: string;
	/** COSE, base64url. */
	readonly publicKey: string;
	readonly counter: number;
	readonly transports: readonly string[];
	readonly synced: boolean;
}

/** Why it is not accepted: the end of a sentence. */
export class Refused extends Error {
	override readonly name = "Refused";
}

interface Owner {
	/** Says nothing of the account to whoever has the authenticator. */
	readonly handle: string;
	readonly label: string;
}

type Listed = Pick<Credential, "credential" | "transports">;
const described = ({ credential, transports }: Listed) => ({ id: credential, transports: [...transports] as never[] });
const bytesOf = (base64url: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(base64url, "base64url"));

/** For `navigator.credentials.create`. @param known those that are not to be made twice */
export const creationOptions = async (
	{ id }: RelyingParty,
	rpName: string,
	challenge: string,
	{ handle, label }: Owner,
	known: readonly Listed[]
): Promise<object> =>
	library().generateRegistrationOptions({
		rpName,
		rpID: id,
		userName: label,
		userDisplayName: label,
		userID: bytesOf(handle),
		challenge: bytesOf(challenge),
		excludeCredentials: known.map(described),
		supportedAlgorithmIDs,
		authenticatorSelection: { residentKey: "required", userVerification: "required" }
	});

/** For `navigator.credentials.get`. @param of these; none: of whatever the authenticator has for us */
export const requestOptions = async ({ id }: RelyingParty, challenge: string, of: readonly Listed[]): Promise<object> =>
	library().generateAuthenticationOptions({
		rpID: id,
		challenge: bytesOf(challenge),
		allowCredentials: of.map(described),
		userVerification: "required"
	});

/** @throws Refused */
export async function attestedBy(party: RelyingParty, challenge: string, response: Attested): Promise<Credential> {
	const origin = originOf(response, { type: "webauthn.create", challenge }, party);
	const verified = await refusing(
		library().verifyRegistrationResponse({
			response: {
				...response,
				response: { ...response.response, transports: [...(response.response.transports ?? [])] },
				clientExtensionResults: {}
			} as never,
			expectedChallenge: challenge,
			expectedOrigin: origin,
			expectedRPID: party.id,
			requireUserVerification: true,
			supportedAlgorithmIDs
		})
	);
	if (!verified.verified) throw new Refused(inOurWords(""));
	const { credential, credentialBackedUp } = verified.registrationInfo;
	return {
		credential: credential.id,
		publicKey: Buffer.from(credential.publicKey).toString("base64url"),
		counter: credential.counter,
		transports: credential.transports ?? [],
		synced: credentialBackedUp
	};
}

/** What changed with its use. @throws Refused */
export async function assertedBy(
	party: RelyingParty,
	challenge: string,
	response: Asserted,
	of: Credential
): Promise<Pick<Credential, "counter" | "synced">> {
	const origin = originOf(response, { type: "webauthn.get", challenge }, party);
	const { verified, authenticationInfo } = await refusing(
		library().verifyAuthenticationResponse({
			response: { ...response, clientExtensionResults: {} } as never,
			expectedChallenge: challenge,
			expectedOrigin: origin,
			expectedRPID: party.id,
			requireUserVerification: true,
			// What a counter says is ours to decide.
			credential: { id: of.credential, publicKey: bytesOf(of.publicKey), counter: 0 }
		})
	);
	if (!verified) throw new Refused(inOurWords(""));
	return { counter: authenticationInfo.newCounter, synced: authenticationInfo.credentialBackedUp };
}

function originOf(
	{ response }: Attested | Asserted,
	expected: Parameters<typeof faultIn>[1],
	party: RelyingParty
): string {
	const said = clientDataIn(response.clientDataJSON);
	const fault = faultIn(said, expected, party);
	if (fault !== undefined) throw new Refused(fault);
	return said.origin;
}

/** The library says what it found in sentences of its own, with what it found in them. */
async function refusing<T>(work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		throw new Refused(inOurWords(messageOf(error)));
	}
}
