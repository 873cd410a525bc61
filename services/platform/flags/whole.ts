/** The flag set, of which each change makes a revision that this node goes by before it is answered. */

import type { CallOf } from "../../../cluster";
import { codeOf } from "../../../cluster/errors";
import type { FlagSet } from "../../../contracts/platform/flag-shapes";
import type { flags } from "../../../contracts/platform/flags";
import { canonical } from "../../../domain/canonical";
import type { KeptSet, Told } from "../../../mixins/revisions/kept-set";
import { type Revised, told } from "../../../mixins/revisions.mixin";

type Decide = (set: FlagSet) => FlagSet;
/** Of a change that says what it changes so narrowly that it may be made of whatever is newest. */
type Narrow = CallOf<typeof flags.actions.switch> | CallOf<typeof flags.actions.rollout>;

/** So often somebody else may be first. */
const TRIES = 20;

export class Whole {
	constructor(
		readonly kept: KeptSet<FlagSet>,
		private readonly node: { ask(): Promise<void> }
	) {}

	async change(asked: Told, decide: Decide): Promise<Revised<FlagSet>> {
		const made = await this.kept.change({ ...asked, decide });
		await this.node.ask();
		return made;
	}

	async rollback(asked: Told & { readonly to: number }): Promise<Revised<FlagSet>> {
		const made = await this.kept.rollback(asked);
		await this.node.ask();
		return made;
	}

	/** Of what is newest, unless a revision is named; what is so already makes no revision. */
	async changeNewest(ctx: Narrow, decide: Decide): Promise<Revised<FlagSet>> {
		const { expected } = ctx.params;
		for (let tries = 1; ; tries++) {
			const newest = await this.kept.current();
			if (expected === undefined && isSame(newest.value, decide(newest.value))) return newest;
			try {
				const { meta, params } = ctx;
				return await this.change(told({ meta, params: { ...params, expected: expected ?? newest.revision } }), decide);
			} catch (error) {
				if (expected !== undefined || tries === TRIES || codeOf(error) !== "REVISION_CONFLICT") throw error;
			}
		}
	}
}

const isSame = (one: FlagSet, other: FlagSet): boolean => canonical(one as never) === canonical(other as never);
