/** Letters as files. */

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderPost } from "../../../adapters/mail/folder";

let dir: string;
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), "banyan-post-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const letter = (messageId: string) => ({
	messageId,
	from: "banyan@localhost",
	to: "ada@example.com",
	subject: "Letter",
	text: "Text.",
	html: "<p>Text.</p>",
	at: 1_795_000_000_000
});

it("letters of one moment are as many files, and one that is sent again is the same file", async () => {
	const post = folderPost(dir);
	for (const id of ["<abcdefghijklmnop@localhost>", "<qrstuvwxyz-_0123@localhost>", "<abcdefghijklmnop@localhost>"])
		await post(letter(id));
	expect(readdirSync(dir).sort()).toEqual([
		"2026-11-18T11-06-40-000Z-abcdefghijkl.eml",
		"2026-11-18T11-06-40-000Z-qrstuvwxyz-_.eml"
	]);
});
