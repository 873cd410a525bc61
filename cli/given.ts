/** What was typed, to the program. */

import { type Command, CommanderError } from "commander";
import { EXIT } from "./exit";

/** Help and version end well; commander has said what was wrong with all else. @param words those of the process itself without them */
export async function given(program: Command, words?: readonly string[]): Promise<void> {
	try {
		await (words === undefined ? program.parseAsync() : program.parseAsync([...words], { from: "user" }));
	} catch (error) {
		if (!(error instanceof CommanderError)) throw error;
		process.exitCode = error.exitCode === 0 ? EXIT.clean : EXIT.broken;
	}
}
