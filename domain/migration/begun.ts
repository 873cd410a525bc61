/** What is said of a migration that was begun when it is planned once more. Pure. */

import type { Finding } from "../../contracts/migration/connection";
import type { Begun, Phase } from "../../contracts/migration/migration";
import { fact, refused, toDo } from "./finding";
import type { Run } from "./run";

const read = ({ streams }: Run): string =>
	streams.map(({ stream, ids, total }) => `${ids.size} of ${total} ${stream}`).join(", ");

/** What `run` would do now, by where the run stands. */
const NEXT: Readonly<Record<Phase, (run: Run) => Finding>> = {
	planned: () => fact("next", "`run` begins with the copy."),
	copying: run => fact("next", `\`run\` goes on with the copy: ${read(run)} read.`),
	comparing: () => fact("next", "`run` goes on: all is copied, and both sides are being compared."),
	finished: ({ name }) =>
		fact(
			"next",
			`\`run\` does nothing more, it is finished: \`banyan migration compare ${name}\` follows what came after, \`repair\` writes what differs.`
		),
	cancelled: ({ name }) =>
		refused(
			"over",
			`It was cancelled: \`banyan migration rollback ${name}\` takes it back; give a new one another name.`
		),
	"rolling-back": () => fact("next", "`run` goes on with the rollback that was begun."),
	"rolled-back": () => refused("over", "It was rolled back: give a new one another name.")
};

export const nextRun = (run: Run): Finding => NEXT[run.phase](run);

/** When it was planned, where it stands, and what is new since. */
export function describeBegun(run: Run, { plannedAt, changed, streams }: Begun): Finding[] {
	const when = plannedAt === null ? "" : ` at ${plannedAt}`;
	const stands = `It was planned${when} and is ${run.phase}${run.paused ? ", paused" : ""}; the numbers of its streams are of then.`;
	const paths = `Changed since: ${changed.join(", ")}. The next command that writes takes this over.`;
	return [
		fact("begun", stands),
		...(changed.length > 0 ? [fact("redefined", paths)] : []),
		...(run.failure ? [toDo("stopped", `It stopped last on: ${run.failure.message}`)] : []),
		...streams.filter(({ fresh, gone }) => fresh + gone > 0).map(sinceThen)
	];
}

const sinceThen = ({ stream, fresh, gone }: Begun["streams"][number]): Finding =>
	fact(
		"since",
		`${stream}: ${fresh} at the source that it has not read yet, ${gone} that it read and the source no longer lists.`
	);
