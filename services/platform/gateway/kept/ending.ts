/** Hears what ends kept answers: the events that contracts name, and whoever purges them. */

import type { Context } from "moleculer";
import type { Mixin } from "../../../../cluster";
import type { Route } from "../../../../domain/platform/routes";
import type { KeptAnswers } from "./answers";

interface Gateway {
	readonly kept: Pick<KeptAnswers, "change">;
}

export function ending(routes: readonly Route[]): Mixin<object> {
	const ended = new Map<string, Set<string>>();
	for (const { action, kept } of routes)
		for (const event of kept?.until ?? []) ended.set(event, (ended.get(event) ?? new Set()).add(action));
	const events = [...ended].map(([event, actions]) => {
		const handler = async function (this: Gateway, _: Context): Promise<void> {
			await Promise.all([...actions].map(action => this.kept.change(action)));
		};
		return [event, { handler }] as const;
	});
	return { events: Object.fromEntries(events) } as Mixin<object>;
}
