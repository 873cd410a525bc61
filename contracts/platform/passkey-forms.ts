/** What a browser makes of a passkey, as `PublicKeyCredential.toJSON()` has it (WebAuthn level 3). */

import type { ValueOf } from "../schema";

const bytes = (max: number) => ({ type: "string", min: 1, max, pattern: "^[A-Za-z0-9_-]+$" }) as const;

/** What is told apart by neither side of ours is taken as the browser has it, and looked at no further. */
const beside = {
	type: { type: "enum", values: ["public-key"] },
	authenticatorAttachment: { type: "string", max: 40, optional: true, nullable: true },
	clientExtensionResults: { type: "json", optional: true }
} as const;

/** Of what was begun with a passkey: signed, for five minutes, once. */
export const flow = { type: "string", min: 1, max: 2_000, summary: "As it was answered with the options." } as const;

const id = bytes(1_400);
export const attested = {
	type: "object",
	summary: "Of `navigator.credentials.create`, as JSON.",
	props: {
		id,
		rawId: id,
		...beside,
		response: {
			type: "object",
			props: {
				clientDataJSON: bytes(8_000),
				attestationObject: bytes(40_000),
				transports: { type: "array", items: "string|max:40", max: 10, optional: true },
				authenticatorData: { ...bytes(20_000), optional: true },
				publicKey: { ...bytes(8_000), optional: true, nullable: true },
				publicKeyAlgorithm: { type: "number", optional: true }
			}
		}
	}
} as const;

export const asserted = {
	type: "object",
	summary: "Of `navigator.credentials.get`, as JSON.",
	props: {
		id,
		rawId: id,
		...beside,
		response: {
			type: "object",
			props: {
				clientDataJSON: bytes(8_000),
				authenticatorData: bytes(8_000),
				signature: bytes(8_000),
				userHandle: { type: "string", max: 200, optional: true, nullable: true }
			}
		}
	}
} as const;

export const assertion = { type: "object", props: { flow, response: asserted } } as const;
export type Attested = ValueOf<typeof attested>;
export type Asserted = ValueOf<typeof asserted>;
