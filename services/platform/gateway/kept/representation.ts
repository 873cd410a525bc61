/** An answer as it is sent: its bytes, the tag that tells them from others, and their compressed forms, made once. */

import { hash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Kept } from "../../../../domain/platform/kept/answer";

export const CODINGS = ["br", "gzip"] as const;
export type Coding = (typeof CODINGS)[number];

/** As fast as gzip's usual level, and smaller. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const COMPRESS: Readonly<Record<Coding, (body: Buffer) => Promise<Buffer>>> = {
	br: body => promisify(brotliCompress)(body, BROTLI),
	gzip: promisify(gzip)
};

/** Nobody makes two answers that share one. Weak, since an answer and its compressed forms do. */
export const tagOf = (body: string | Buffer): string => `W/"${hash("sha256", body, "base64url").slice(0, 27)}"`;

export class Representation implements Kept {
	constructor(
		readonly body: Buffer,
		readonly tag: string,
		readonly at: number,
		private readonly coded = new Map<Coding, Promise<Buffer>>()
	) {}

	/** Asked for again, and still the same. */
	again(at: number): Representation {
		return new Representation(this.body, this.tag, at, this.coded);
	}

	as(coding: Coding): Promise<Buffer> {
		const made = this.coded.get(coding) ?? COMPRESS[coding](this.body);
		this.coded.set(coding, made);
		return made;
	}
}

/** @param before what was kept of it until now */
export function representation(data: unknown, at: number, before?: Representation): Representation {
	const body = Buffer.from(JSON.stringify(data ?? null));
	const tag = tagOf(body);
	return before?.tag === tag ? before.again(at) : new Representation(body, tag, at);
}
