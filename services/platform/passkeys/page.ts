/** The account page: files of ours, which ask this server alone and run nothing else. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { failure } from "../../../cluster/errors";
import type { RawAnswer, RawRequest } from "../../../contracts/raw";

const POLICY =
	"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
	"/account": ["page.html", "text/html"],
	"/account/page.css": ["page.css", "text/css"],
	"/account/page.mjs": ["page.mjs", "text/javascript"],
	"/account/parts.mjs": ["parts.mjs", "text/javascript"]
};

const read = new Map<string, Buffer>();
function bytesOf(file: string): Buffer {
	const bytes = read.get(file) ?? readFileSync(join(__dirname, "page", file));
	read.set(file, bytes);
	return bytes;
}

/** @throws NOT_FOUND */
export function pageAt({ target }: Pick<RawRequest, "target">): RawAnswer {
	const path = target.replace(/\?.*$/, "");
	const [file, type] = (Object.hasOwn(FILES, path) ? FILES[path] : undefined) ?? [];
	if (file === undefined) throw failure("NOT_FOUND", "There is nothing at this address: the page is at /account.");
	const headers = {
		"content-type": `${type}; charset=utf-8`,
		"cache-control": "no-cache",
		"content-security-policy": POLICY
	};
	return { status: 200, headers, body: bytesOf(file) };
}
