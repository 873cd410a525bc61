/** Dry runs are in the memory of the node that goes through them: asked of another one, it is asked in its place. */

import type { Broker } from "../../../cluster";
import { propertyOf } from "../../../domain/unknown";
import type { Planning } from "./planning";
import { isRehearsal, rehearsalName } from "./rehearsal-name";
import type { Rehearsals } from "./rehearsals";

interface Parts {
	readonly broker: Broker;
	readonly rehearsals: Rehearsals;
	readonly planning: Planning;
	/** Nodes have one set of migrations, so that any of them is asked for any. */
	readonly isShared: boolean;
}

/** Whoever does not answer in this time is left out, in ms. */
const PATIENCE_MS = 1_000;

export class Elsewhere {
	constructor(private readonly parts: Parts) {}

	/** The node that has a dry run of that name, where that is another one; of several the latest. */
	async nodeOf(name: string): Promise<string | undefined> {
		const { rehearsals, isShared } = this.parts;
		if (!isShared || !isRehearsal(name) || rehearsals.begunAt(name) !== undefined) return undefined;
		const found = await Promise.all(this.others().map(async node => ({ node, at: await this.begunAt(node, name) })));
		const [latest] = found.filter(({ at }) => at !== null).sort((a, b) => ((a.at ?? "") < (b.at ?? "") ? 1 : -1));
		return latest?.node;
	}

	/** The same of a definition that is to be rehearsed: one of its name is ended by the node that has it. */
	async nodeFor(document: string): Promise<string | undefined> {
		if (!this.parts.isShared) return undefined;
		const { definition } = await this.parts.planning.read(document);
		return this.nodeOf(rehearsalName(definition.name));
	}

	private async begunAt(nodeID: string, name: string): Promise<string | null> {
		try {
			return await this.parts.broker.call("migration.rehearses", { name }, { nodeID, timeout: PATIENCE_MS });
		} catch {
			return null;
		}
	}

	private others(): string[] {
		const { broker } = this.parts;
		const nodes = broker.registry.getNodeList({ onlyAvailable: true, withServices: true });
		const others = nodes.filter(({ id, services }) => id !== broker.nodeID && services.some(isMigration));
		return others.map(({ id }) => String(id));
	}
}

const isMigration = (service: object): boolean => propertyOf(service, "name") === "migration";
