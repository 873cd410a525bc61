/** Answers that are fresh for a while, in Redis, for all gateways: of those that ask at once one is answered by the action. */

import { hash } from "node:crypto";
import type { Broker } from "../../../../cluster";
import { type SharedAnswers as Far, redisOf } from "../../../../cluster/redis";
import { propertyOf, textOf } from "../../../../domain/unknown";
import { Representation } from "./representation";

/** The longest that one gateway answers for all, in ms. */
const LOCK_MS = 10_000;

export interface Filled {
	readonly answer: Representation;
	readonly isStored: boolean;
}
/** What is asked for, and for how long it is kept, in s. */
interface Place {
	readonly action: string;
	readonly key: string;
	readonly seconds: number;
}

export class SharedAnswers {
	constructor(private readonly broker: Broker) {}

	get isThere(): boolean {
		return this.far !== undefined;
	}

	/** @param mayKeep nothing changed since @param anew asks the action */
	async together(place: Place, mayKeep: () => boolean, anew: () => Promise<Filled>): Promise<Filled> {
		const { far } = this;
		if (!far) return anew();
		const name = nameOf(place);
		const there = await readFrom(far, name);
		if (there) return there;
		const unlock = await far.lock(name, LOCK_MS);
		try {
			return (await readFrom(far, name)) ?? (await keptIn(far, place, mayKeep, await anew()));
		} finally {
			await unlock();
		}
	}

	async clear(action: string): Promise<void> {
		await this.far?.clear(action);
	}

	/** Undefined where there is none, or while it is away. */
	private get far(): Far | undefined {
		const redis = redisOf(this.broker);
		return redis?.state.up ? redis.answers : undefined;
	}
}

/** Nobody who reads the names of keys learns what was asked, or by whom. */
const nameOf = ({ action, key }: Place): string => `${action}:${hash("sha256", key, "base64url")}`;

/** Its age goes with it: clocks of gateways differ by less than that matters, and those of processes have nothing in common. */
async function keptIn(far: Far, place: Place, mayKeep: () => boolean, filled: Filled): Promise<Filled> {
	const { body, tag, at } = filled.answer;
	if (!filled.isStored || !mayKeep()) return filled;
	const asked = Date.now() - (performance.now() - at);
	await far.set(place.action, nameOf(place), { body: body.toString(), tag, asked }, place.seconds);
	return filled;
}

async function readFrom(far: Far, name: string): Promise<Filled | undefined> {
	const kept = await far.get(name);
	const [body, tag, asked] = [textOf(kept, "body"), textOf(kept, "tag"), propertyOf(kept, "asked")];
	if (body === undefined || tag === undefined || typeof asked !== "number") return undefined;
	const at = performance.now() - Math.max(0, Date.now() - asked);
	return { answer: new Representation(Buffer.from(body), tag, at), isStored: true };
}
