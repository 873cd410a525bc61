/** A node in this process, for one command. The only place of the CLI that knows how a node is made. */

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { closeFolder } from "../adapters/closed-folder";
import { heldBy } from "../adapters/datadir";
import { folderToRead } from "../adapters/folder";
import { ensureOwnFile } from "../adapters/own-file";
import { told } from "../adapters/sqlite-file";
import type { Broker } from "../cluster";
import { CONTRACTS } from "../contracts/cluster";
import { environment } from "../environment";
import { heardStrangers } from "../middlewares/refused-packets";
import { dataDirOf, transporterTimeoutOf } from "../moleculer.config";
import type { Need, Open } from "./client";
import { CommandError } from "./command";
import { clientOn, openJoined } from "./joined";

/** What a node runs for a command, where that is not what the environment says, and how it holds the data folder. */
const PARTS: Readonly<Record<Need, { readonly access: "read" | "write"; readonly services?: readonly string[] }>> = {
	read: { access: "read", services: ["migration"] },
	links: { access: "read", services: ["migration", "links", "extractor"] },
	keys: { access: "write", services: ["access"] },
	users: { access: "write", services: ["auth", "sessions", "mail"] },
	secrets: { access: "write", services: ["access", "idempotency", "migration"] },
	events: { access: "write", services: ["events"] },
	flags: { access: "write", services: ["flags"] },
	// What it does at times stays with servers: here jobs are looked at, and paused.
	jobs: { access: "write", services: ["scheduler"] },
	routes: { access: "write", services: ["routes"] },
	config: { access: "write", services: ["config"] },
	write: { access: "write" },
	// By a node that joins others, where these are.
	cluster: { access: "write" },
	repl: { access: "write", services: CONTRACTS.map(({ name }) => name).filter(name => name !== "gateway") }
};

const isJoining = (need: Need): boolean => need === "cluster" || (need === "repl" && !!environment().TRANSPORTER);

/** Logs go to `banyan.log` in the data folder: standard output is the command's. */
export const openEmbedded: Open = async need => {
	if (isJoining(need)) return openJoined();
	// Most of what it loads: a command for a server far away does without.
	const { openNode, STAGES }: typeof import("../node") = require("../node");
	const settings = environment();
	const { access, services } = PARTS[need];
	const reading = access === "read";
	if (reading) refuseNothing(resolve(dataDirOf(settings)));
	const log = join(dataDirOf(settings), "banyan.log");
	if (!reading) {
		closeFolder(dataDirOf(settings));
		try {
			ensureOwnFile(log);
		} catch (error) {
			throw told(log, error);
		}
	}
	const broker = await openNode(
		{
			access,
			resume: false,
			own: true,
			...(reading ? { logLevel: "fatal", logFile: 2 } : { logFile: log })
		},
		services ? { ...settings, SERVICES: services.join(","), TRANSPORTER: undefined } : settings
	);
	await waitFor(broker, [...(services ?? STAGES)], transporterTimeoutOf(settings)).catch(async (error: unknown) => {
		await broker.stop();
		throw error;
	});
	return {
		...clientOn(broker),
		server: null,
		...(reading && { holder: () => holderText(dataDirOf(settings)) })
	};
};

/** Others run what this node does not. @throws CommandError where nobody does */
async function waitFor(broker: Broker, services: readonly string[], patienceMs: number): Promise<void> {
	try {
		await broker.waitForServices([...services], patienceMs);
	} catch {
		const list: { name: string }[] = broker.registry.getServiceList({ onlyAvailable: true });
		const running = new Set(list.map(({ name }) => name));
		const away = services.filter(name => !running.has(name));
		const why = heardStrangers(broker)
			? " There are nodes with another key: give all the same one by CLUSTER_KEY."
			: "";
		throw new CommandError(
			`No node runs ${away.join(", ")} (for ${patienceMs} ms): start one that does, with the same TRANSPORTER, NAMESPACE and CLUSTER_KEY.${why}`
		);
	}
}

function holderText(dataDir: string): string | undefined {
	const holder = heldBy(dataDir);
	return holder && `${holder.pid} (${holder.command})`;
}

function refuseNothing(dataDir: string): void {
	if (folderToRead(dataDir) && existsSync(join(dataDir, "events.db"))) return;
	throw new CommandError(
		`There is no migration in ${dataDir}: plan and run one, or set DATA_DIR to the folder of yours.`
	);
}
