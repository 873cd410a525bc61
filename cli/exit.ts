/** How a command ends, for scripts. */

import type { ErrorCode } from "../contracts/cluster";
import { own } from "../domain/own";
import { textOf } from "../domain/unknown";

export const EXIT = {
	/** Done; all that moved was verified. */
	clean: 0,
	/** Something could not be read or broke; nothing was lost, run it again. */
	broken: 1,
	/** Refused by a preflight gate; nothing was written. */
	refused: 2,
	/** Finished, but records need a human: they are listed. */
	human: 4,
	/** Interrupted by Ctrl-C; run it again to go on. */
	interrupted: 130
} as const;

const BY_CODE: Partial<Record<ErrorCode, number>> = {
	DEFINITION_CHANGED: EXIT.refused,
	PREFLIGHT_REFUSED: EXIT.refused
};

/** The exit code of an error that a command ended with. */
export const exitOf = (error: unknown): number => own(BY_CODE, textOf(error, "type") ?? "") ?? EXIT.broken;
