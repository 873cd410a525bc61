/**
 * What is set for the whole cluster, by revisions: a service's sets of values, each by its name, each changed as a whole.
 *
 *   extends service(revisions<Flags>({ kept: "flags", empty: {}, check: value => …, changed: flags.events.changed.name }))
 *
 *   const set = this.revisions.of("flags");
 *   await set.current();                                              // { revision, hash, at, author, reason, value }
 *   await set.change({ ...told(ctx), decide: value => ({ ...value, dark: … }) });
 *
 * They are records of a collection, which is kept in the data folder, or in MongoDB; `changed` leaves by its outbox once the revision
 * is kept (decision 55).
 */

import type { Service as MoleculerService } from "moleculer";
import type { Collection } from "../adapters/collection";
import type { Announced, Mixin } from "../cluster";
import { provide } from "../cluster/provide";
import { collection } from "./collection.mixin";
import { KeptRevisions } from "./revisions/kept";
import type { Rules } from "./revisions/kept-set";
import { KEPT, type Stored } from "./revisions/records";

export { type KeptRevisions, told } from "./revisions/kept";
export type { Revised, Told } from "./revisions/kept-set";
export type { KeptText } from "./revisions/records";

const collectionIn = (service: object, name: string): Collection<Stored, Announced> =>
	(service as { readonly [kept: string]: Collection<Stored, Announced> })[name] as Collection<Stored, Announced>;

interface Options<T> extends Rules<T> {
	/** The collection. */
	readonly kept: string;
}

/** Gives the service `this.revisions`. */
export const revisions = <T>({ kept, ...rules }: Options<T>): Mixin<{ readonly revisions: KeptRevisions<T> }> => ({
	mixins: [collection<string, Stored>(kept, "id", KEPT)],
	created(this: MoleculerService) {
		provide(this, { revisions: new KeptRevisions<T>(collectionIn(this, kept), rules) });
	}
});
