/** Exports: what each service keeps of a person, gathered, and kept sealed until the hour is over. */

import type { Sealer } from "../../../adapters/secrets/sealer";
import { failure } from "../../../cluster/errors";
import type { Exported } from "../../../contracts/community/shapes";
import { type Answer, added, fresh, missing } from "../../../domain/community/users/export";
import { type Export, keyOf } from "../../../domain/community/users/records";
import { eachOf, getOf, type People, readOf, settled, still } from "./people";

export interface Means {
	readonly people: People;
	readonly secrets: Sealer;
	/** Services that may keep something of people. */
	readonly keepers: readonly string[];
	/** What one of them keeps of an account; undefined: it does not answer. */
	readonly ask: (service: string, account: string) => Promise<Answer>;
	/** The longest document. */
	readonly bytes: number;
}

const KEPT_MS = 3_600_000;

/** Whatever was gathered before. */
export function gathered(means: Means, account: string): Promise<Exported> {
	const at = Date.now();
	return completed(means, fresh(account, means.keepers, new Date(at), new Date(at + KEPT_MS)));
}

/** What is kept; services that had not answered are asked again. @throws EXPORT_NOT_FOUND */
export async function reread(means: Means, account: string): Promise<Exported> {
	const kept = await getOf(means.people, "export", account);
	if (!kept || kept.due <= Date.now())
		throw failure("EXPORT_NOT_FOUND", "Nothing was gathered within the last hour: ask for it first.");
	const document: Exported = JSON.parse(means.secrets.open(kept.document, kept.id));
	return document.complete ? document : completed(means, document);
}

async function completed(means: Means, document: Exported): Promise<Exported> {
	const { account } = document;
	const answers = await Promise.all(
		missing(document).map(async service => ({ service, answer: await means.ask(service, account) }))
	);
	const whole = answers.reduce((made, { service, answer }) => added(made, service, answer, means.bytes), document);
	await means.people.put(sealed(means.secrets, whole));
	return whole;
}

function sealed(secrets: Sealer, document: Exported): Export {
	const { account, madeAt, until } = document;
	const id = keyOf("export", account);
	const text = secrets.seal(JSON.stringify(document), id);
	return { id, kind: "export", account, at: madeAt, due: Date.parse(until), document: text };
}

/** Each with the newest key; one that is replaced meanwhile is. */
export async function resealedAll(people: People, secrets: Sealer): Promise<{ left: number; resealed: number }> {
	const count = { left: 0, resealed: 0 };
	for await (const { account, document } of eachOf(people, "export", EXPORTS)) {
		if (!secrets.isStale(document)) continue;
		await settled(() => resealedOne(people, secrets, account));
		count.resealed += 1;
	}
	return count;
}
const EXPORTS = { id: { $gt: "export/", $lt: "export0" } } as const;

async function resealedOne(people: People, secrets: Sealer, account: string): Promise<void> {
	const found = await readOf(people, "export", account);
	if (!found) return;
	const { record } = found;
	const document = secrets.seal(secrets.open(record.document, record.id), record.id);
	await people.write([still(found, { ...record, document })]);
}
