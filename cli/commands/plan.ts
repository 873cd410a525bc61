import type { Finding } from "../../contracts/migration/connection";
import type { Plan } from "../../contracts/migration/migration";
import { definitionName } from "../../domain/migration/definition-name";
import { toDo, warning } from "../../domain/migration/finding";
import { jsonText } from "../../domain/text/json";
import type { Client } from "../client";
import { type Flags, paper, print, printJson, withDefinition } from "../command";
import { EXIT } from "../exit";
import { writeForOwner } from "../files";
import { planText } from "../text/plan";

export const plan = (client: Client, file: string, flags: Flags): Promise<number> =>
	withDefinition(file, document => planOf(client, file, document, flags));

async function planOf(client: Client, file: string, document: string, { json, inbounds, url }: Flags): Promise<number> {
	const planned = await client.call("migration.plan", { document });
	const told = await inboundsOf(client, document, planned, inbounds ?? `${definitionName(document)}-inbounds.json`);
	const said: Plan = { ...planned, findings: [...planned.findings, ...told] };
	if (json) printJson(said);
	else print(planText(said, paper(client), { file, url }));
	return planned.ok ? EXIT.clean : EXIT.refused;
}

/** Writes the inbounds that the target lacks to a file of the operator's own: nowhere else, for they may hold keys. */
async function inboundsOf(
	client: Client,
	document: string,
	{ missingInbounds: tags = [] }: Plan,
	file: string
): Promise<Finding[]> {
	if (tags.length === 0) return [];
	const found = await client.call("migration.inbounds", { document, tags: [...tags] }).catch(unlessForbidden);
	if (found === undefined) return [warning("inbounds-withheld", WITHHELD)];
	const { inbounds, notes } = found;
	const but = notes.length > 0 ? ` But: ${notes.join("; ")}.` : "";
	if (inbounds.length === 0) {
		const message = `The source does not give the missing inbounds, so no file is written: ${notes.join("; ")}.`;
		return [warning("inbounds-unreadable", message)];
	}
	writeForOwner(file, `${jsonText(inbounds, 2)}\n`, "The inbounds", "--inbounds");
	const message = `${inbounds.length} of ${tags.length} missing inbounds are in ${file}, private keys with them: add them to \`inbounds\` of Marzban's core config, with the certificate files they name, plan again, then delete the file.${but}`;
	return [toDo("inbounds-written", message)];
}

const WITHHELD =
	"The definitions of the missing inbounds are given to a key with 'migration:run' only, for private keys may stand in them: whoever has one gets them by this command.";

/** Who may only plan has the plan all the same. */
function unlessForbidden(error: unknown): undefined {
	if ((error as { type?: unknown }).type !== "FORBIDDEN") throw error;
}
