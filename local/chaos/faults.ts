/** What is done to the cluster, one thing after the other, and what it may cost those who ask meanwhile. */

import type { Bounds } from "./verdict";

/** What a fault can lay hands on. */
export interface Hands {
	/** Sends it to the process of that name. */
	signal(name: string, signal: NodeJS.Signals): Promise<void>;
	/** The NATS server that leads the event store; and one that does not. */
	leader(): Promise<string>;
	follower(): Promise<string>;
	/** Waits until there is a leader that is not this one. @returns how long that took, in ms */
	elected(other: string): Promise<number>;
	cut(name: string): Promise<void>;
	delay(name: string, ms: number): Promise<void>;
	mend(name: string): Promise<void>;
	/** Stops every process of Banyan, one after the other, each once the one before is well again. */
	rollingRestart(): Promise<void>;
	wait(ms: number): Promise<void>;
}

export interface Fault {
	readonly name: string;
	/** Of the short form, too. */
	readonly short: boolean;
	readonly bounds: Bounds;
	/** Strikes, and mends what does not mend itself. @returns what else was seen, in words */
	strike(hands: Hands, lastsMs: number): Promise<string | undefined>;
}

/** A keyless request that was under way at whatever died ends unknown: how many, nobody promises. */
const ANY = Number.POSITIVE_INFINITY;
const SERVICE: Bounds = { slowestMs: 1_500, recoverMs: 5_000, unknown: ANY };
/** Whatever is asked waits until it is back; that it comes back by itself within 5 s is what counts. */
const SERVER: Bounds = { slowestMs: 6_000, recoverMs: 5_000, unknown: ANY };
/** JetStream's own election takes 4.4 to 6.7 s. */
const ELECTION: Bounds = { slowestMs: 9_000, recoverMs: 9_000, unknown: ANY };
const NOTHING: Bounds = { slowestMs: 1_500, recoverMs: ANY, unknown: 0 };

const killed = (name: string, bounds: Bounds, short = false): Fault => ({
	name: `kill -9 ${name}`,
	short,
	bounds,
	strike: async hands => {
		await hands.signal(name, "SIGKILL");
		return undefined;
	}
});

const frozen = (name: string, short = false): Fault => ({
	name: `freeze ${name}`,
	short,
	bounds: SERVICE,
	strike: async (hands, lastsMs) => {
		await hands.signal(name, "SIGSTOP");
		await hands.wait(lastsMs);
		await hands.signal(name, "SIGCONT");
		return undefined;
	}
});

const partitioned = (name: string, short = false): Fault => ({
	name: `cut ${name} off`,
	short,
	bounds: SERVICE,
	strike: async (hands, lastsMs) => {
		await hands.cut(name);
		await hands.wait(lastsMs);
		await hands.mend(name);
		return undefined;
	}
});

const slowed = (name: string, ms: number): Fault => ({
	name: `${ms} ms more to ${name}`,
	short: false,
	bounds: SERVICE,
	strike: async (hands, lastsMs) => {
		await hands.delay(name, ms);
		await hands.wait(lastsMs);
		await hands.mend(name);
		return undefined;
	}
});

const natsLeader: Fault = {
	name: "kill -9 the NATS leader",
	short: true,
	bounds: ELECTION,
	strike: async hands => {
		const leader = await hands.leader();
		await hands.signal(leader, "SIGKILL");
		const ms = await hands.elected(leader);
		return `JetStream had another leader after ${(ms / 1000).toFixed(1)} s`;
	}
};

const natsFollower: Fault = {
	name: "kill -9 a NATS follower",
	short: false,
	bounds: SERVICE,
	strike: async hands => {
		await hands.signal(await hands.follower(), "SIGKILL");
		return undefined;
	}
};

const rolling: Fault = {
	name: "rolling restart",
	short: true,
	bounds: NOTHING,
	strike: async hands => {
		await hands.rollingRestart();
		return undefined;
	}
};

/** Processes whose ways to the servers lead through wires. */
export const WIRED = ["access-2", "migration-2", "gateway-2"] as const;

/** In this order. */
export const FAULTS: readonly Fault[] = [
	killed("stages-1", SERVICE),
	killed("migration-1", SERVICE, true),
	killed("access-1", SERVICE, true),
	killed("gateway-1", SERVICE, true),
	natsLeader,
	natsFollower,
	killed("redis", SERVICE),
	killed("database", SERVER, true),
	partitioned("access-2", true),
	partitioned("migration-2"),
	partitioned("gateway-2"),
	frozen("access-1", true),
	frozen("stages-2"),
	frozen("migration-1"),
	frozen("gateway-1"),
	slowed("access-2", 100),
	slowed("gateway-2", 100),
	rolling
];
