import type { Finding } from "../../contracts/migration/connection";
import type { Plan } from "../../contracts/migration/migration";
import type { Lacking } from "../../contracts/migration/plan";
import { definitionName } from "../../domain/migration/definition-name";
import { toDo, warning } from "../../domain/migration/finding";
import type { ArtefactWords } from "../../domain/migration/vocabulary";
import { own } from "../../domain/own";
import { jsonText } from "../../domain/text/json";
import { textOf } from "../../domain/unknown";
import type { Client } from "../client";
import { type Flags, paper, print, printJson, withDefinition } from "../command";
import { EXIT } from "../exit";
import { writeForOwner } from "../files";
import { planText } from "../text/plan";

export const plan = (client: Client, file: string, flags: Flags): Promise<number> =>
	withDefinition(file, document => planOf(client, file, document, flags));

async function planOf(client: Client, file: string, document: string, flags: Flags): Promise<number> {
	const planned = await client.call("migration.plan", { document });
	const told: Finding[] = [];
	for (const lacking of planned.artefacts ?? []) told.push(await artefactsOf(client, document, lacking, flags));
	const said: Plan = { ...planned, findings: [...planned.findings, ...told] };
	if (flags.json) printJson(said);
	else print(planText(said, paper(client), { file, url: flags.url }));
	return planned.ok ? EXIT.clean : EXIT.refused;
}

/** Writes what is taken across by hand to a file of the operator's own: nowhere else, for it may hold secrets. */
async function artefactsOf(client: Client, document: string, lacking: Lacking, flags: Flags): Promise<Finding> {
	const { kind, keys } = lacking;
	// A file is called after the kind: never after what only the server says.
	const words = own(client.words.artefacts, kind);
	if (!words) return warning("artefacts-unknown", UNKNOWN);
	const [, many] = words.noun;
	const found = await client.call("migration.artefacts", { document, kind, keys: [...keys] }).catch(unlessForbidden);
	if (found === undefined) return warning(`${kind}-withheld`, withheld(many, words));
	const { items, notes } = found;
	if (items.length === 0)
		return warning(
			`${kind}-unreadable`,
			`The source does not give the missing ${many}, so no file is written: ${notes.join("; ")}.`
		);
	const file = fileOf(kind, flags) ?? `${definitionName(document)}-${kind}.json`;
	writeForOwner(file, `${jsonText(items, 2)}\n`, `The ${many}`, `--${kind}`);
	const but = notes.length > 0 ? ` But: ${notes.join("; ")}.` : "";
	return toDo(
		`${kind}-written`,
		`${items.length} of ${keys.length} missing ${many} are in ${file}, ${words.secrets} with them: ${words.todo}.${but}`
	);
}

const UNKNOWN =
	"The target lacks something that is taken across by hand, of a kind that this command does not know: use the release that the server has.";

/** As its option says. */
function fileOf(kind: string, flags: Flags): string | undefined {
	const given = own<unknown>({ ...flags }, kind);
	return typeof given === "string" ? given : undefined;
}

const withheld = (many: string, { secrets }: ArtefactWords): string =>
	`The definitions of the missing ${many} are given to a key with 'migration:run' only, for ${secrets} may stand in them: whoever has one gets them by this command.`;

/** Who may only plan has the plan all the same. */
function unlessForbidden(error: unknown): undefined {
	if (textOf(error, "type") !== "FORBIDDEN") throw error;
}
