import type { LinkLine } from "../../contracts/migration/migration";
import type { Client } from "../client";
import { type Flags, printFile, say } from "../command";
import { EXIT } from "../exit";
import { writeForOwner } from "../files";
import type { LinkFormat } from "../formats";
import { linkLines } from "../lines";
import { RENDER } from "../proxies";
import { linksNote } from "../text/links";

/** Old links with their new addresses, as a file for a proxy. */
export async function links(client: Client, name: string, { format, out }: Flags): Promise<number> {
	const lines: LinkLine[] = [];
	for await (const line of linkLines(client, name)) lines.push(line);
	const { text, left } = RENDER[format as LinkFormat](lines, client.words.oldLinks);
	if (out === undefined) await printFile([text]);
	else writeForOwner(out, text, "The links", "--out");
	say(
		`${lines.length - left} old links${out === undefined ? "." : ` are in ${out}, with keys of customers: it is readable by you alone.`}`
	);
	const note = linksNote(await client.call("migration.status", { name }));
	if (note !== undefined) say(note);
	if (left > 0) say(`${left} more are left out: their addresses are none that a proxy's configuration may carry.`);
	return left > 0 ? EXIT.human : EXIT.clean;
}
