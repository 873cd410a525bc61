/** The servers' programs on this machine: as `scripts/servers.sh` installs them, or as they are on the PATH. */

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

export interface Programs {
	readonly nats: string;
	readonly redis: string;
	/** What speaks MongoDB's protocol. */
	readonly database: string;
	/** Null where it is not installed: the cluster does without. */
	readonly prometheus: string | null;
}

/** A program that the cluster needs is not there. */
export class ProgramMissing extends Error {
	override readonly name = "ProgramMissing";
}

const canRun = (file: string): boolean => {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
};

/** @throws ProgramMissing */
function found(name: string, files: readonly string[], todo: string): string {
	const file = files.find(canRun);
	if (file !== undefined) return file;
	throw new ProgramMissing(`There is no ${name} on this machine: ${todo}`);
}

const INSTALL = "run scripts/servers.sh cluster, which installs it, or put it on the PATH.";

/** @param root of this tree @param path of the environment @throws ProgramMissing */
export function findPrograms(root: string, path: string): Programs {
	const onPath = (name: string): string[] => path.split(delimiter).map(folder => join(folder, name));
	const cached = (...parts: readonly string[]): string => join(root, ".cache", ...parts);
	const secantus = [cached("secantus", "bin", "secantusd-py"), ...onPath("secantusd-py")];
	return {
		nats: found("nats-server", [cached("nats", "bin", "nats-server"), ...onPath("nats-server")], INSTALL),
		redis: found("redis-server", [...onPath("redis-server"), "/usr/bin/redis-server"], INSTALL),
		database: found("server that speaks MongoDB's protocol", secantus, INSTALL),
		prometheus: [...onPath("prometheus"), "/usr/bin/prometheus"].find(canRun) ?? null
	};
}
