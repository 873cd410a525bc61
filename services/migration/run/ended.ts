/** Says, once each, that a migration came to its end, or stopped on an error: by the version that it ended with. */

import type { Run } from "../../../domain/migration/run";
import type { RunView } from "../../../domain/migration/view";
import { messageOf } from "../../../domain/unknown";
import type { Announcer } from "../../../mixins/announcer.mixin";

export interface EndTeller extends Announcer {
	readonly logger: { warn(sentence: string): void };
}

type Ended = Pick<Run, "name" | "phase" | "version" | "failure">;

/** What cannot be told now is told at the next start. */
export async function tellEnd(owner: EndTeller, { name, phase, version, failure }: Ended): Promise<void> {
	try {
		await owner.announce("migration.ended", { name, phase, failure: failure?.code ?? null }, `${name}@${version}`);
	} catch (error) {
		owner.logger.warn(`That '${name}' has ended cannot be announced now: ${messageOf(error)}`);
	}
}

/** At a start: the process may have been killed between the end and the word of it. */
export async function tellAgain(owner: EndTeller, { status, ...run }: RunView): Promise<void> {
	if (run.startedAt !== null) await tellEnd(owner, { ...run, failure: status.failure });
}
