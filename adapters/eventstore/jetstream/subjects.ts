/**
 * How the name of a stream stands in a subject of NATS: its parts, between slashes, are tokens; what a token may not hold is
 * written as `=` and the two digits of each byte. Pure.
 */

import { createHash } from "node:crypto";

/** NATS takes lines of 4096 bytes, and more than the subject stands in one. */
const LONGEST = 1024;
/** Where names stand that are longer: by their digest, and each message says the name itself. No part is encoded so. */
const LONG = "=long";
/** Nor is any part so. */
const FILLER = "=gap";
const EMPTY = "=";

export class Subjects {
	/** All of the store. */
	readonly all: string;
	readonly long: string;
	/** Of messages that are no appends, and keep a place. */
	readonly filler: string;

	/** @param root what all of them begin with */
	constructor(private readonly root: string) {
		this.all = `${root}.>`;
		this.long = `${root}.${LONG}.>`;
		this.filler = `${root}.${FILLER}`;
	}

	/** @throws RangeError for a name that is no text */
	of(stream: string): string {
		if (!stream.isWellFormed()) throw new RangeError("The name of a stream holds half a character.");
		const subject = `${this.root}.${stream.split("/").map(encoded).join(".")}`;
		return subject.length <= LONGEST ? subject : `${this.root}.${LONG}.${digestOf(stream)}`;
	}

	/** A filter that takes all streams that begin with `prefix`, and perhaps others; none where that is too long. */
	beginningWith(prefix: string): string | undefined {
		const whole = prefix.isWellFormed() ? prefix.split("/").slice(0, -1).map(encoded) : [];
		const filter = [this.root, ...whole, ">"].join(".");
		return filter.length <= LONGEST ? filter : undefined;
	}

	isLong(subject: string): boolean {
		return subject.startsWith(this.long.slice(0, -1));
	}

	/** The name, undefined where it is no subject of ours. */
	nameIn(subject: string): string | undefined {
		try {
			const name = subject
				.slice(this.root.length + 1)
				.split(".")
				.map(decoded)
				.join("/");
			return this.of(name) === subject ? name : undefined;
		} catch {
			return undefined;
		}
	}
}

const encoded = (part: string): string =>
	part === ""
		? EMPTY
		: encodeURIComponent(part)
				.replace(/[.!~*'()]/g, hex)
				.replaceAll("%", EMPTY);
const hex = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

const decoded = (token: string): string => (token === EMPTY ? "" : decodeURIComponent(token.replaceAll(EMPTY, "%")));

const digestOf = (stream: string): string => createHash("sha256").update(stream).digest("hex");
