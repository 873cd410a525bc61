/** A file that says where the metrics of all nodes are, for Prometheus: written anew whenever a node comes, goes or changes. */

import type { ServiceBroker } from "moleculer";
import { writeShownFile } from "../adapters/own-file";
import { targets } from "../cluster/scraped";
import { codeOf, messageOf } from "../domain/unknown";

/** Several nodes come and go together, in ms. */
const TOGETHER_MS = 100;
const AGAIN_MS = 5_000;
const LOOK_MS = 30_000;
const CHANGES = ["$node.connected", "$node.disconnected", "$node.updated", "$services.changed"];

/** The file cannot be written: whoever starts the node is told. */
class TargetsUnwritten extends Error {
	override readonly name = "TargetsUnwritten";
	readonly type = "UNAVAILABLE";
}

export class TargetsFile {
	private soon: NodeJS.Timeout | undefined;
	/** What was lost long ago is no target any more. */
	private readonly looking = setInterval(() => this.changed(), LOOK_MS).unref();
	private written = "";
	readonly changed = (): void => {
		this.soon ??= setTimeout(() => this.follow(), TOGETHER_MS).unref();
	};

	private constructor(
		private readonly broker: ServiceBroker,
		private readonly file: string
	) {
		for (const change of CHANGES) broker.localBus.on(change, this.changed);
	}

	/** @throws TargetsUnwritten */
	static keep(broker: ServiceBroker, file: string): TargetsFile {
		const kept = new TargetsFile(broker, file);
		try {
			kept.write();
			return kept;
		} catch (error) {
			kept.leave();
			throw new TargetsUnwritten(
				`METRICS_TARGETS_FILE='${file}' cannot be written (${codeOf(error) ?? messageOf(error)}): name a file in a folder that this node may write to.`
			);
		}
	}

	/** This node is no target any more. */
	end(): void {
		this.leave();
		try {
			this.write(this.broker.nodeID);
		} catch (error) {
			this.warn(error);
		}
	}

	private leave(): void {
		for (const change of CHANGES) this.broker.localBus.off(change, this.changed);
		clearTimeout(this.soon);
		clearInterval(this.looking);
	}

	private follow(): void {
		this.soon = undefined;
		try {
			this.write();
		} catch (error) {
			this.warn(error);
			this.soon = setTimeout(() => this.follow(), AGAIN_MS).unref();
		}
	}

	private warn(error: unknown): void {
		this.broker.logger.warn(`METRICS_TARGETS_FILE='${this.file}' cannot be written now: ${messageOf(error)}`);
	}

	private write(without?: string): void {
		const listed = targets(this.broker).filter(({ labels }) => labels.node !== without);
		const text = `${JSON.stringify(listed, null, "\t")}\n`;
		if (text === this.written) return;
		writeShownFile(this.file, text);
		this.written = text;
	}
}
