/** Where runs stand, as the nodes know it together: who is at work on one is told by its lease, what they wait for by themselves. */

import type { Broker } from "../../../cluster";
import type { Status } from "../../../contracts/migration/migration";
import type { RunView } from "../../../domain/migration/view";
import type { Controllers } from "./controllers";
import type { Leases } from "./leases";

interface Parts {
	readonly broker: Broker;
	readonly controllers: Controllers;
	readonly leases: Leases;
}

type Told = Pick<Status, "waiting" | "failure">;

/** By its own state: neither told to rest nor stopped by an error that somebody must look at. */
export const goesOn = ({ resumes, status }: Pick<RunView, "resumes" | "status">): boolean =>
	resumes && status.failure === null;

/** Of a run whose node is gone, until another one may take it up. */
const BETWEEN = "Its node is gone: another one takes it up as soon as nothing of that one's can be under way any more.";

/** Whoever does not answer in this time is left out, in ms. */
const PATIENCE_MS = 1_000;

export class Statuses {
	constructor(private readonly parts: Parts) {}

	async of(view: RunView): Promise<Status> {
		const { controllers, leases } = this.parts;
		const said = controllers.said(view);
		if (said.running || !controllers.isShared) return said;
		const holder = await leases.holder(view.name);
		const node = holder?.holder ?? (view.resumes ? leases.last(view.name) : undefined);
		const told = node === undefined ? undefined : await this.asked(node, view.name);
		const { waiting = null, failure = null } = told ?? {};
		if (holder) return { ...said, running: true, node: holder.holder, waiting, failure: said.failure ?? failure };
		return goesOn(view) && failure === null
			? { ...said, running: true, waiting: BETWEEN }
			: { ...said, failure: said.failure ?? failure };
	}

	/** Who is at work on it, without a question to them. */
	async inShort(view: RunView): Promise<Status> {
		const { controllers, leases } = this.parts;
		const said = controllers.said(view);
		if (said.running || !controllers.isShared) return said;
		return { ...said, running: (await leases.holder(view.name)) !== undefined };
	}

	/** Of a node that is not there any more nobody learns what it waited for. */
	private async asked(nodeID: string, name: string): Promise<Told | undefined> {
		const { broker } = this.parts;
		if (nodeID === broker.nodeID) return undefined;
		try {
			return (await broker.call("migration.waits", { name }, { nodeID, timeout: PATIENCE_MS })) ?? undefined;
		} catch {
			return undefined;
		}
	}
}
