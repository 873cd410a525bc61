/**
 * An authenticator as software, and the browser before it: makes and uses passkeys as WebAuthn level 3 has it, and where it is
 * told so wrongly. What a real one says is tested with Chromium's own.
 */

import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** What it does otherwise than it should. */
export interface Ways {
	readonly origin?: string;
	readonly rpId?: string;
	readonly challenge?: string;
	readonly type?: string;
	/** It asked whoever holds it who they are. */
	readonly verified?: boolean;
	readonly counter?: number;
	readonly userHandle?: string | null;
	readonly crossOrigin?: boolean;
}

interface Options {
	readonly challenge: string;
	readonly rpId?: string;
	readonly rp?: { readonly id: string };
	readonly user?: { readonly id: string };
}

const sha256 = (text: string | Buffer): Buffer => createHash("sha256").update(text).digest();
const b64 = (bytes: Buffer | string): string => Buffer.from(bytes).toString("base64url");

/** CBOR (RFC 8949) of what an attestation has. */
function cbor(value: unknown): Buffer {
	if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
	if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
	if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
	const entries = [...(value as Map<unknown, unknown>)];
	return Buffer.concat([head(5, entries.length), ...entries.flatMap(([key, each]) => [cbor(key), cbor(each)])]);
}
function head(major: number, size: number): Buffer {
	if (size < 24) return Buffer.from([(major << 5) | size]);
	return size < 256 ? Buffer.from([(major << 5) | 24, size]) : Buffer.from([(major << 5) | 25, size >> 8, size & 255]);
}

const [PRESENT, VERIFIED, ATTESTED] = [0x01, 0x04, 0x40];

export class Authenticator {
	readonly id = randomBytes(32);
	private readonly keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
	private counter = 0;
	private handle = "";

	/** @param origin of the page that asks */
	constructor(private readonly origin: string) {}

	/** `navigator.credentials.create`. */
	create(options: unknown, ways: Ways = {}) {
		const { challenge, rp, user } = options as Options;
		this.handle = user?.id ?? "";
		const length = Buffer.alloc(2);
		length.writeUInt16BE(this.id.length);
		const data = this.data(ways.rpId ?? rp?.id ?? "", ATTESTED, ways, [
			Buffer.alloc(16),
			length,
			this.id,
			cose(this.keys.publicKey)
		]);
		const attestation = new Map<string, unknown>([
			["fmt", "none"],
			["attStmt", new Map()],
			["authData", data]
		]);
		return this.answer({
			clientDataJSON: b64(this.said("webauthn.create", challenge, ways)),
			attestationObject: b64(cbor(attestation)),
			transports: ["internal"]
		});
	}

	/** `navigator.credentials.get`. */
	get(options: unknown, ways: Ways = {}) {
		const { challenge, rpId } = options as Options;
		const said = this.said("webauthn.get", challenge, ways);
		const data = this.data(ways.rpId ?? rpId ?? "", 0, ways);
		const userHandle = ways.userHandle === undefined ? this.handle : ways.userHandle;
		return this.answer({
			clientDataJSON: b64(said),
			authenticatorData: b64(data),
			signature: b64(sign("sha256", Buffer.concat([data, sha256(said)]), this.keys.privateKey)),
			...(userHandle !== null && { userHandle })
		});
	}

	private answer<R>(response: R) {
		return { id: b64(this.id), rawId: b64(this.id), type: "public-key", clientExtensionResults: {}, response } as const;
	}

	private said(type: string, challenge: string, ways: Ways): Buffer {
		const { origin = this.origin, crossOrigin = false } = ways;
		return Buffer.from(
			JSON.stringify({ type: ways.type ?? type, challenge: ways.challenge ?? challenge, origin, crossOrigin })
		);
	}

	private data(rpId: string, flags: number, { verified = true, counter }: Ways, rest: readonly Buffer[] = []): Buffer {
		const count = Buffer.alloc(4);
		this.counter = counter ?? this.counter + 1;
		count.writeUInt32BE(this.counter);
		return Buffer.concat([sha256(rpId), Buffer.from([flags | PRESENT | (verified ? VERIFIED : 0)]), count, ...rest]);
	}
}

function cose(key: KeyObject): Buffer {
	const { x = "", y = "" } = key.export({ format: "jwk" });
	const of = (part: string): Buffer => Buffer.from(part, "base64url");
	return cbor(
		new Map<number, unknown>([
			[1, 2],
			[3, -7],
			[-1, 1],
			[-2, of(x)],
			[-3, of(y)]
		])
	);
}
