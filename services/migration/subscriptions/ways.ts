/** Connections to panels, each by the way that its definition names: headers, certificates, a proxy. */

import type { Settings } from "../../../cluster/settings";
import { ConnectorError } from "../../../connectors/connector";
import { withFiles } from "../../../connectors/files";
import { wayOf } from "../../../connectors/http/options";
import { REACH } from "../../../connectors/http/reach";
import { DIRECT, type OpenWay, openWay, type Way } from "../../../connectors/http/way";
import type { WayOptions } from "../../../contracts/migration/migration";
import { resolveReferences } from "../../../domain/migration/references";
import type { Revealed } from "../../../mixins/revealed";

/** As a customer's client has patience for. */
const BOUNDS = { connectMs: 3_000, connections: 64 };

/** To an address that customers see: nobody there gets its secrets. */
const shown = ({ proxy, reach }: Way): Way => ({ ...DIRECT, proxy, reach });

export interface KeptWay {
	/** Tells it from others. */
	readonly name: string;
	/** Of many connections. */
	readonly pool: OpenWay;
	/** Another one, of a single connection that nobody has used. */
	fresh(): OpenWay;
}

export class Ways {
	private readonly kept = new Map<string, KeptWay>();

	/** @param node fills in `${NAME}` and has the files that a way names; whoever may run a migration has named all of these */
	constructor(
		private readonly node: Pick<Settings, "environment" | "files" | "reach" | "contracts">,
		private readonly revealed: Pick<Revealed, "variables" | "versions">
	) {}

	/**
	 * @param own to the panel's own address; what customers see of it may be anybody's, who gets none of its secrets
	 * @throws with a sentence where this node cannot go by it
	 */
	async to(options: WayOptions, own: boolean): Promise<KeptWay> {
		const name = `${own ? "own" : "shown"} ${JSON.stringify(options)} ${this.revealed.versions(options)}`;
		const known = this.kept.get(name);
		if (known) return known;
		const read = await this.read(options);
		const kept = this.kept.get(name) ?? this.opened(name, own ? read : shown(read));
		this.kept.set(name, kept);
		return kept;
	}

	private opened(name: string, way: Way): KeptWay {
		const bounds = { ...BOUNDS, timeoutMs: this.node.contracts.subscriptions.linkMs };
		return { name, pool: openWay(way, bounds), fresh: () => openWay(way, { ...bounds, connections: 1 }) };
	}

	async close(): Promise<void> {
		await Promise.all([...this.kept.values()].map(({ pool }) => pool.close()));
	}

	private async read(options: WayOptions): Promise<Way> {
		const resolved = resolveReferences(options, await this.revealed.variables(options));
		if (resolved.ok)
			return wayOf({ ...withFiles(resolved.connection, this.node.files), [REACH]: this.node.reach.approved });
		const problems = resolved.unfilled.map(({ problem }) => problem).join("; ");
		throw new ConnectorError("refused", `${problems}, on the node that answers old links`);
	}
}
