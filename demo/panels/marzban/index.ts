/**
 * A sample Marzban (v0.8.4): a stand-in for tests and demonstrations that answers as the real one was seen to,
 * traps included. No xray runs behind it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isBody, parseJson } from "../json";
import { type Ground, type Panel, type PanelOptions, start } from "../panel";
import { adminRoutes } from "./admins";
import { Core } from "./core";
import { hostRoutes, meet } from "./hosts";
import { type Marzban, secretOf } from "./marzban";
import type { Naming } from "./names";
import { review } from "./review";
import { subscriptionRoutes } from "./subscriptions";
import { systemRoutes } from "./system";
import { tablesOf } from "./tables";
import { templateRoutes } from "./templates";
import { userRoutes } from "./users";

export interface MarzbanOptions extends PanelOptions {
	/** @default "nocase" */
	readonly naming?: Naming;
}

/** The head of the migrations of 0.8.4. */
const version = "2b231de97dc3";

function coreOf(): Core {
	const config = parseJson(readFileSync(join(__dirname, "../recorded/marzban-core.json"), "utf8"));
	if (!isBody(config)) throw new Error("the recorded core configuration is no object");
	return new Core(config);
}

function prepare(ground: Ground, naming: Naming): Marzban {
	const { store } = ground;
	store.db.exec(tablesOf(naming));
	const core = coreOf();
	if (!store.one("SELECT version_num FROM alembic_version")) {
		store.insert("alembic_version", { version_num: version });
		store.insert("system", { uplink: 0, downlink: 0 });
	}
	meet(ground, core);
	return { ...ground, naming, core, secret: secretOf(ground) };
}

export function startMarzban(options: MarzbanOptions = {}): Promise<Panel> {
	return start(options, {
		panel: "marzban",
		jobSeconds: 10,
		build: ground => {
			const marzban = prepare(ground, options.naming ?? "nocase");
			const routes = [
				...adminRoutes(marzban),
				...systemRoutes(marzban),
				...subscriptionRoutes(marzban),
				...hostRoutes(marzban),
				...templateRoutes(marzban),
				...userRoutes(marzban)
			];
			return { routes, review: () => review(marzban) };
		}
	});
}
