/** (r) Refresh tokens exchanged by an embedded node, each stored before it is answered, against bare signatures of Ed25519. */

import { generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { part } from "./children";
import { type Figure, median, mustBe, perSecond, say, scaled } from "./figures";
import { built } from "./product";

const ROUNDS = 5;
const AT_ONCE = 64;
const SESSIONS = 256;
const REFRESHES = scaled(10_000);
const GOAL = 2_000;
const CLIENT = { address: "127.0.0.1", agent: "bench", device: null };

interface Measured {
	/** A second. */
	readonly refreshed: number;
	readonly signed: number;
	/** Of the process, in µs a refresh. */
	readonly cpuMicros: number;
}

export async function refreshRow(): Promise<Figure> {
	const rounds: Measured[] = [];
	for (let round = 1; round <= ROUNDS; round++) {
		rounds.push(await part<Measured>("refreshing", []));
		say(`(r) ${perSecond(rounds.at(-1)?.refreshed ?? 0)}`);
	}
	const of = (what: keyof Measured): number => median(rounds.map(each => each[what]));
	const [measured, peer] = [of("refreshed"), of("signed")];
	return {
		row: "r",
		what: `refresh tokens exchanged, ${AT_ONCE} at once, ${SESSIONS} sessions, embedded, synchronous=FULL`,
		measured: perSecond(measured),
		peer: `${perSecond(peer)} signatures of Ed25519 alone by node:crypto`,
		ratio: measured / peer,
		goal: `≥ ${perSecond(GOAL)}`,
		met: measured >= GOAL,
		note: `Each is on disk before it is answered, with an access token that is signed for it. ${Math.round(of("cpuMicros"))} µs of CPU each.`
	};
}

/** In a process of its own. */
export async function refreshing(): Promise<Measured> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-bench-"));
	const { openNode } = built<typeof import("../node")>("node");
	const node = await openNode({ services: ["sessions", "signing"], logLevel: "warn" }, { DATA_DIR: folder });
	try {
		const refresh = async (refreshToken: string): Promise<string> => {
			const answer = await node.call("sessions.refresh", { refreshToken }, { meta: { client: CLIENT } });
			return String(answer.refreshToken);
		};
		const opened = await Promise.all(
			Array.from({ length: SESSIONS }, (_, nth) =>
				node.call("sessions.open", {
					account: `account-${nth}`,
					scopes: [],
					factors: ["password"],
					client: CLIENT,
					device: null
				})
			)
		);
		const tokens = opened.map(({ refreshToken }) => refreshToken);
		await exchanged(tokens, refresh, REFRESHES / 5);
		const [cpu, began] = [process.cpuUsage(), performance.now()];
		const done = await exchanged(tokens, refresh, REFRESHES);
		const seconds = (performance.now() - began) / 1000;
		const { user, system } = process.cpuUsage(cpu);
		mustBe("refresh tokens exchanged", done, REFRESHES);
		return { refreshed: done / seconds, signed: signatures(), cpuMicros: (user + system) / done };
	} finally {
		await node.stop();
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Each session by one caller at a time. @returns how many came to another token */
async function exchanged(tokens: string[], refresh: (token: string) => Promise<string>, most: number): Promise<number> {
	let [begun, done] = [0, 0];
	const free = tokens.map((_, nth) => nth);
	const caller = async (): Promise<void> => {
		while (begun < most) {
			begun += 1;
			const nth = free.shift() ?? 0;
			const before = tokens[nth] ?? "";
			tokens[nth] = await refresh(before);
			if (tokens[nth] !== before) done += 1;
			free.push(nth);
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, caller));
	return done;
}

/** A second, of as many bytes. */
function signatures(): number {
	const { privateKey } = generateKeyPairSync("ed25519");
	const text = Buffer.alloc(420, "a");
	const times = scaled(5_000);
	for (let n = 0; n < times / 5; n++) sign(null, text, privateKey);
	const began = performance.now();
	for (let n = 0; n < times; n++) sign(null, text, privateKey);
	return (times / (performance.now() - began)) * 1000;
}
