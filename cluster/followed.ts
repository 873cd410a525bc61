/**
 * What this node follows, by name. `follow(broker, { set: "flags", read, start })` gives whatever asks the newest value that
 * this node knows, of one revision as a whole: look at `now.value` each time it is used, and keep no part of it.
 */

import type { Context } from "moleculer";
import { CONTRACTS } from "../contracts/cluster";
import { ANY_SERVICE } from "../contracts/exposure";
import type { JsonValue } from "../contracts/json";
import { DEFAULT_ENVIRONMENT } from "../contracts/platform/config-forms";
import { FOLLOWED, type FollowedSet, type FollowState } from "../domain/platform/following";
import { messageOf } from "../domain/unknown";
import { type Copies, copyOf, nameOf } from "./copies";
import { Following } from "./following";
import type { Broker } from "./index";

interface Held {
	readonly copies: Copies;
	readonly all: Map<FollowedSet, Following>;
}
const OF_BROKERS = new WeakMap<object, Held>();

export const holdCopies = (broker: object, copies: Copies): void =>
	void OF_BROKERS.set(broker, { copies, all: new Map() });

/** Whose settings this node goes by. */
export const environmentOf = (broker: object): string =>
	OF_BROKERS.get(broker)?.copies.environment ?? DEFAULT_ENVIRONMENT;

/** Those that are followed here. */
export const followingsOf = (broker: object): Following[] => [...(OF_BROKERS.get(broker)?.all.values() ?? [])];

/** The one of this node. @throws CopyTouched where its copy was */
export function followingOf(broker: Broker, set: FollowedSet): Following {
	const held = OF_BROKERS.get(broker);
	if (!held) throw new Error("This node was started without what follows: start it by moleculer.config.ts or node.ts.");
	const { copies, all } = held;
	const known = all.get(set);
	if (known) return known;
	const made = new Following(broker, set, {
		name: nameOf(set, copies),
		params: set === "config" ? { environment: copies.environment } : {},
		compareMs: copies.compareMs,
		file: copyOf(copies, set),
		// Whoever follows may be made before their service is one of the node's.
		as: () => askerOf(broker, set),
		now: Date.now
	});
	all.set(set, made);
	if (broker.started) made.begin();
	return made;
}

/** A service of this node that may ask for it: who calls is looked at where it is kept. */
function askerOf({ services }: Broker, set: FollowedSet): string | undefined {
	const allowed = CONTRACTS.find(({ name }) => name === set)?.actions.snapshot?.internal ?? [];
	const isAllowed = (name: string): boolean =>
		allowed.includes(name) || (allowed.includes(ANY_SERVICE) && CONTRACTS.some(each => each.name === name));
	return services.map(({ name }) => String(name)).find(isAllowed);
}

export interface Follow<T> {
	/** What is known here. @default `start`, where nothing was ever set */
	readonly now: { readonly value: T; readonly revision: number; readonly hash: string };
	readonly state: FollowState;
	/** After another revision was taken. @returns what ends it */
	onChange(hear: () => void): () => void;
	/** Asks at once. Never fails. */
	ask(): Promise<void>;
}

interface Wanted<T> {
	readonly set: FollowedSet;
	/** Makes of the value what is worked with: once for each revision. One that it cannot read is left, with the reason in the log. */
	readonly read: (value: JsonValue) => T;
	readonly start: T;
}

/** @throws CopyTouched where the copy of this node was touched: then it does not start */
export function follow<T>(broker: Broker, { set, read, start }: Wanted<T>): Follow<T> {
	const following = followingOf(broker, set);
	let last = { value: start, revision: 0, hash: "" };
	let unread: string | undefined;
	return {
		get now() {
			const { now } = following;
			if (!now || (now.hash === last.hash && now.revision === last.revision) || now.hash === unread) return last;
			try {
				const value = now.hash === last.hash ? last.value : read(now.value);
				last = { value, revision: now.revision, hash: now.hash };
			} catch (error) {
				unread = now.hash;
				broker.logger.error(
					`Revision ${now.revision} of ${set} cannot be used here, and ${last.revision} still holds: ${messageOf(error)}`
				);
			}
			return last;
		},
		get state() {
			return following.state;
		},
		onChange: hear => following.onChange(hear),
		ask: () => following.ask()
	};
}

/** For Moleculer's own service: what this node is told of changes. */
export const followedEvents = Object.fromEntries(
	FOLLOWED.map(set => [
		`${set}.changed`,
		({ broker, params }: Context): void => {
			const known = OF_BROKERS.get(broker)?.all.get(set);
			known?.told(params);
		}
	])
);
