/** Scripts by which a shell completes `banyan`, written from its commands. */

import { bashScript } from "./bash";
import { fishScript } from "./fish";
import type { CommandNode } from "./tree";
import { zshScript } from "./zsh";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

const SCRIPTS: Readonly<Record<Shell, (tree: CommandNode) => string>> = {
	bash: bashScript,
	zsh: zshScript,
	fish: fishScript
};

export const completionScript = (shell: Shell, tree: CommandNode): string => SCRIPTS[shell](tree);
