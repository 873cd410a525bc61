/**
 * Who else is there: a node of the same name, or one that shares out calls otherwise. The younger of two that do not go
 * together says so and ends; the elder stays whole, whatever the younger one sends. Age is how long each runs, so that
 * clocks may differ.
 */

import { hostname } from "node:os";
import { textOf } from "../../domain/unknown";

/** What a node says of itself to its likes, beside what Moleculer says. */
export interface Card {
	readonly instanceID: string;
	readonly ageMs: number;
	readonly host: string;
	readonly pid: number;
	readonly balancer: string;
}

interface Self {
	readonly nodeID: string;
	readonly instanceID: string;
	readonly balancer: string;
}

export interface Heard {
	readonly sender: string;
	readonly instanceID?: string;
	readonly hostname?: string;
	readonly metadata?: Partial<Card> | null;
	readonly card?: Partial<Card>;
}

type Other = { readonly [K in keyof Card]?: Card[K] | undefined };

/** What is to be done with a packet: nothing of ours, nothing at all, answer that we were here before, or end. */
export type Verdict = "pass" | "drop" | "answer" | { readonly ends: string };

/** Two that began together: then their names for this one start decide. */
const TOGETHER_MS = 1_000;
/** Of releases that do not say. */
const FIRST_BALANCER = "nodes";

export class Company {
	private readonly began = performance.now();

	constructor(private readonly self: Self) {}

	get card(): Card {
		const { instanceID, balancer } = this.self;
		const ageMs = Math.round(performance.now() - this.began);
		return { instanceID, ageMs, host: hostname(), pid: process.pid, balancer };
	}

	judge(kind: string, heard: Heard): Verdict {
		if (heard.sender === this.self.nodeID) return this.namesake(kind, heard);
		return kind === "INFO" ? this.otherwise(heard) : "pass";
	}

	private namesake(kind: string, { instanceID, card, metadata }: Heard): Verdict {
		const other = { ...metadata, ...card, instanceID: card?.instanceID ?? instanceID };
		if (other.instanceID === undefined || other.instanceID === this.self.instanceID) return "pass";
		if (this.isElder(other)) return { ends: this.namesakeWords(other) };
		return kind === "PONG" ? "drop" : "answer";
	}

	private otherwise({ metadata, instanceID, sender }: Heard): Verdict {
		const balancer = textOf(metadata, "balancer") ?? FIRST_BALANCER;
		if (balancer === this.self.balancer) return "pass";
		if (!this.isElder({ ...metadata, instanceID })) return "answer";
		return {
			ends: `The nodes of this namespace share out calls by BALANCER=${balancer} ('${sender}' does), and this one by ${this.self.balancer}: set BALANCER=${balancer} here, or stop all nodes and start them with the other one.`
		};
	}

	/** One that does not say how old it is was here before. */
	private isElder({ ageMs, instanceID = "" }: Other): boolean {
		const more = (ageMs ?? Infinity) - this.card.ageMs;
		return Math.abs(more) < TOGETHER_MS ? instanceID < this.self.instanceID : more > 0;
	}

	private namesakeWords({ host, pid }: Other): string {
		const where = host === undefined ? "" : ` (process ${pid} on ${host})`;
		return `Another node is called '${this.self.nodeID}'${where}: that one goes on, this one ends. Give each node of a namespace a NODE_ID of its own, or stop the other one first.`;
	}
}
