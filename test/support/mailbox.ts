/** The mailbox folder of a node: its letters as they were written, and the tokens in them. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./until";

export interface Received {
	readonly to: string;
	readonly subject: string;
	/** Of the letter's link; undefined: it has none. */
	readonly token: string | undefined;
}

/** Of a data folder, in no order. */
export function letters(dataDir: string): Received[] {
	const folder = join(dataDir, "mail");
	if (!existsSync(folder)) return [];
	const files = readdirSync(folder).filter(name => name.endsWith(".eml"));
	return files.map(name => received(readFileSync(join(folder, name), "utf8")));
}

/** The letters to an address with that in their subject, once there are so many. */
export async function lettersTo(dataDir: string, to: string, subject: string, count = 1): Promise<Received[]> {
	const found = () => letters(dataDir).filter(each => each.to === to && each.subject.includes(subject));
	await until(() => found().length >= count, `${count} letters '${subject}'`);
	return found();
}

function received(text: string): Received {
	// Quoted-printable (RFC 2045 §6.7), as far as a link needs it.
	const plain = text.replace(/=\r?\n/g, "").replaceAll("=3D", "=");
	const field = (name: string): string => new RegExp(`^${name}: (.*)$`, "m").exec(plain)?.[1]?.trim() ?? "";
	return { to: field("To"), subject: field("Subject"), token: /token=([\w.-]+)/.exec(plain)?.[1] };
}
