/** What each node goes by, asked of all of them. */

import type { Context, ServiceBroker } from "moleculer";
import { SETTINGS } from "../contracts/cluster";
import type { NodeFollowing, NodeSetting } from "../contracts/platform/node-settings";
import type { FollowState } from "../domain/platform/following";
import type { SettingState } from "../domain/platform/setting-values";
import { visible } from "../domain/text/visible";
import { failure } from "./errors";
import { followingsOf } from "./followed";
import type { Broker } from "./index";
import { settingsOf } from "./settings";

/** How long a node may take to answer, in ms. */
const PATIENCE_MS = 2_000;

type Told = SettingState & { readonly revision: number };

/** For Moleculer's own service: what this node goes by, and how new it is. */
export const following = {
	internal: ["gateway", "repl"],
	params: { $$strict: true },
	handler: ({ broker }: Context): FollowState[] => followingsOf(broker).map(({ state }) => state)
};

/** For Moleculer's own service: what a setting is here. */
export const setting = {
	internal: ["gateway", "repl"],
	params: { $$strict: true, variable: "string" },
	handler: ({ broker, params }: Context<{ variable: string }>): Told | null => {
		const state = settingsOf(broker).values?.states.find(({ variable }) => variable === params.variable);
		const config = followingsOf(broker).find(({ set }) => set === "config");
		return state ? { ...state, revision: config?.state.revision ?? 0 } : null;
	}
};

const nodesOf = (broker: Broker): string[] =>
	broker.registry
		.getNodeList({ onlyAvailable: true, withServices: false })
		.map(({ id }) => String(id))
		.sort();

/** Null of a node that does not answer, or is of a release that cannot. */
function ask<T>(broker: Broker, nodeID: string, action: string, params: object): Promise<T | null> {
	const raw = broker as unknown as ServiceBroker;
	return raw.call<T, object>(action, params, { nodeID, timeout: PATIENCE_MS }).catch(() => null);
}

/** What each node of the cluster that is there goes by. */
export const nodesFollowing = (broker: Broker): Promise<NodeFollowing[]> =>
	Promise.all(
		nodesOf(broker).map(async node => ({ node, sets: await ask<FollowState[]>(broker, node, "$node.following", {}) }))
	);

/** What a setting is on each node that answers. @throws NOT_FOUND */
export async function explained(broker: Broker, key: string): Promise<NodeSetting[]> {
	const variable = key.toUpperCase();
	if (!SETTINGS.some(each => each.variable === variable))
		throw failure(
			"NOT_FOUND",
			`There is no setting '${visible(key)}' that could be set for the cluster: GET /api/v1/config names the services that have some, README.md those variables that are a node's own.`
		);
	const said = await Promise.all(
		nodesOf(broker).map(async node => {
			const told = await ask<Told>(broker, node, "$node.setting", { variable });
			return told ? [{ node, ...told }] : [];
		})
	);
	return said.flat();
}
