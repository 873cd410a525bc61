/** Letters: taken over once, sent at least once, by a real mail server or into a folder. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../../../cluster";
import { openNode } from "../../../../node";
import { until } from "../../../support/until";

const dir = mkdtempSync(join(tmpdir(), "banyan-mail-"));
const folder = join(dir, "mail");
let node: Broker;
beforeAll(async () => {
	node = await openNode({ logLevel: "fatal", logFile: 2 }, { SERVICES: "mail", DATA_DIR: dir });
});
afterAll(async () => {
	await node.stop();
	rmSync(dir, { recursive: true, force: true });
});

const files = (): string[] => {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
};
const letter = {
	to: "ada@example.org",
	template: "verify-email",
	fields: { email: "ada@example.org", token: "a1.b2" }
} as const;

it("without a mail server a letter is a file for its owner alone, once, and its content is kept nowhere else", async () => {
	expect(await node.call("mail.send", { id: "one", ...letter })).toBe(true);
	expect(await node.call("mail.send", { id: "one", ...letter })).toBe(false);
	await until(() => files().length === 1);
	const file = join(folder, files()[0] ?? "");
	expect([statSync(file).mode & 0o777, statSync(folder).mode & 0o777]).toEqual([0o600, 0o700]);
	expect(readFileSync(file, "utf8")).toMatch(/^To: ada@example.org$/m);
	expect(readFileSync(file, "utf8")).toContain("a1.b2");
});

it("an address that is none, or several, is refused", async () => {
	const bad = [
		"",
		"ada",
		"a@b\r\nBcc: eve@example.org",
		"a@b.c, eve@example.org",
		"<a@b.c>",
		"a b@c.d",
		"a@b@c",
		"@b",
		"a@"
	];
	for (const to of bad)
		await expect(node.call("mail.send", { id: `bad ${to}`, ...letter, to })).rejects.toMatchObject({
			type: "MAIL_ADDRESS_INVALID"
		});
	expect(files()).toHaveLength(1);
});
