/** Devices that somebody signed in from: a token says of itself for whom it was made, so none is kept. */

import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Sealer } from "../../../adapters/secrets/sealer";
import { canonical, readDevice, writtenDevice } from "../../../domain/platform/guesses";

/** 128 bits, in base64url. */
const [BYTES, LETTERS] = [16, 22];

type Deriving = Pick<Sealer, "derive">;

const macOf = (secrets: Deriving, device: string, subject: string): string =>
	secrets.derive(`device ${device} ${canonical(subject)}`).slice(0, LETTERS);

/** Which device a token is of, where it was given to this subject. */
export function deviceOf(secrets: Deriving, token: string | null, subject: string): string | undefined {
	const read = token === null ? undefined : readDevice(token);
	if (!read) return undefined;
	const expected = Buffer.from(macOf(secrets, read.device, subject));
	return read.macs.some(mac => timingSafeEqual(Buffer.from(mac), expected)) ? read.device : undefined;
}

/** The same device where it was theirs, else a new one. */
export function deviceFor(
	secrets: Deriving,
	subjects: readonly string[],
	given: string | null
): { device: string; known: boolean } {
	const known = subjects.map(subject => deviceOf(secrets, given, subject)).find(each => each !== undefined);
	const device = known ?? randomBytes(BYTES).toString("base64url");
	const macs = subjects.map(subject => macOf(secrets, device, subject));
	return { device: writtenDevice({ device, macs }), known: known !== undefined };
}
