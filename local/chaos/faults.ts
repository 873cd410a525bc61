/** What is done to the cluster, one thing after the other, and what it may cost those who ask meanwhile. */

import type { Bounds } from "./verdict";

/** What a fault can lay hands on. */
export interface Hands {
	/** Sends it to the process of that name. */
	signal(name: string, signal: NodeJS.Signals): Promise<void>;
	/** The NATS server that leads the event store; and one that does not. */
	leader(): Promise<string>;
	follower(): Promise<string>;
	/** Waits until every stream has a leader after this one's death. @returns how long that took, in ms */
	elected(gone: string): Promise<number>;
	/** Waits until a server that was killed answers again. @returns how long that took, in ms */
	answering(name: string): Promise<number>;
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
	/** Strikes, and mends what does not mend itself. */
	strike(hands: Hands, lastsMs: number): Promise<Struck>;
}

export interface Struck {
	/** What a server of others took until it was there again, in ms: it is theirs, and the bounds are beside it. */
	readonly theirsMs?: number;
	/** What that was. */
	readonly theirs?: string;
}

/** A keyless request that was under way at whatever died ends unknown: how many, nobody promises. */
const ANY = Number.POSITIVE_INFINITY;
const SERVICE: Bounds = { slowestMs: 1_500, recoverMs: 5_000, unknown: ANY };
/** Whatever needs it waits until it is there again, however long that takes it: JetStream's own election 4.4 to 6.7 s. */
const SERVER: Bounds = { slowestMs: 5_000, recoverMs: 5_000, unknown: ANY };
const NOTHING: Bounds = { slowestMs: 1_500, recoverMs: ANY, unknown: 0 };

const killed = (name: string, bounds: Bounds, short = false): Fault => ({
	name: `kill -9 ${name}`,
	short,
	bounds,
	strike: async hands => {
		await hands.signal(name, "SIGKILL");
		return {};
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
		return {};
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
		return {};
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
		return {};
	}
});

const natsLeader: Fault = {
	name: "kill -9 the NATS leader",
	short: true,
	bounds: SERVER,
	strike: async hands => {
		const leader = await hands.leader();
		await hands.signal(leader, "SIGKILL");
		return { theirs: "JetStream's election", theirsMs: await hands.elected(leader) };
	}
};

const databaseKilled: Fault = {
	name: "kill -9 database",
	short: true,
	bounds: SERVER,
	strike: async hands => {
		await hands.signal("database", "SIGKILL");
		return { theirs: "the database's own start", theirsMs: await hands.answering("database") };
	}
};

const natsFollower: Fault = {
	name: "kill -9 a NATS follower",
	short: false,
	bounds: SERVICE,
	strike: async hands => {
		await hands.signal(await hands.follower(), "SIGKILL");
		return {};
	}
};

const rolling: Fault = {
	name: "rolling restart",
	short: true,
	bounds: NOTHING,
	strike: async hands => {
		await hands.rollingRestart();
		return {};
	}
};

/** Processes whose ways to the servers lead through wires. */
export const WIRED = ["access-2", "migration-2", "gateway-2"] as const;

/** In this order. */
export const FAULTS: readonly Fault[] = [
	killed("stages-1", SERVICE),
	killed("migration-1", SERVICE, true),
	killed("access-1", SERVICE, true),
	killed("people-1", SERVICE, true),
	killed("gateway-1", SERVICE, true),
	natsLeader,
	natsFollower,
	killed("redis", SERVICE),
	databaseKilled,
	partitioned("access-2", true),
	partitioned("migration-2"),
	partitioned("gateway-2"),
	frozen("access-1", true),
	frozen("people-1"),
	frozen("stages-2"),
	frozen("migration-1"),
	frozen("gateway-1"),
	slowed("access-2", 100),
	slowed("gateway-2", 100),
	rolling
];
