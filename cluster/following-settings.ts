/** Whose settings a node goes by, and the copy of them that it keeps, read from the environment. */

import type { Middleware } from "moleculer";
import type { KeySource } from "../adapters/cluster-key";
import type { SettingValues } from "../domain/platform/setting-values";
import { messageOf } from "../domain/unknown";
import { following } from "../middlewares/following.middleware";
import { copiesIn, copyOf } from "./copies";
import { type Environment, SettingError } from "./environment";
import { read } from "./variables";

/**
 * What follows, for the layers of a node. What was set for the cluster when this node last knew holds from here on: some of it
 * is needed before anybody can be asked.
 * @param isJoined it meets others @throws SettingError where its copy was touched
 */
export function followingIn(
	environment: Environment,
	key: KeySource,
	isJoined: boolean,
	values: SettingValues
): Middleware {
	const [namespace, own] = [read(environment, "NAMESPACE"), read(environment, "CONFIG_ENVIRONMENT")];
	const copies = copiesIn(key, isJoined, { namespace, environment: own });
	try {
		const copy = copyOf(copies, "config").read();
		if (copy) values.set(copy.snapshot.value);
	} catch (error) {
		throw new SettingError(messageOf(error));
	}
	return following(copies, values);
}
