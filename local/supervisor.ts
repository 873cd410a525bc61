/** Keeps the processes of a cluster running: starts them in order, and again what ended, and stops them in order. */

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, renameSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { environment } from "../environment";
import { ended, type Fate, UNTRIED, waitMs } from "./backoff";
import type { Launch } from "./launch";
import { isThere, markFor, runningIn } from "./marks";
import type { Place } from "./place";
import { KINDS, type Kind, type Member } from "./shape";
import type { ProcessState } from "./state";

/** How often it looks, in ms. What it started itself it hears of at once. */
const LOOK_MS = 200;
/** A log that is larger when its process starts is put aside, for one before it. */
const LOG_BYTES = 20 * 2 ** 20;

interface Kept {
	readonly member: Member;
	pid: number | null;
	/** We started it, and hear of its end. */
	own: boolean;
	since: number;
	restarts: number;
	ended: string | null;
	fate: Fate;
	notBefore: number;
}

export interface Watch {
	readonly place: Place;
	readonly members: readonly Member[];
	launch(member: Member): Launch;
	/** Answers it, as far as its first moments say? What needs it waits for that, for a while. */
	answers(member: Member): Promise<boolean>;
	changed(processes: readonly ProcessState[]): void;
}

export class Supervisor {
	readonly #kept: readonly Kept[];
	#stopping = false;

	/** What runs already, of a supervisor that was killed, is taken over. */
	constructor(private readonly watch: Watch) {
		const running = runningIn(watch.place.folder);
		const now = Date.now();
		this.#kept = watch.members.map(member => ({
			member,
			pid: running.get(member.name)?.[0] ?? null,
			own: false,
			since: now,
			restarts: 0,
			ended: null,
			fate: UNTRIED,
			notBefore: 0
		}));
	}

	/** Until it is told to stop. */
	async run(): Promise<void> {
		for (const kind of KINDS) await this.begin(kind);
		while (!this.#stopping) {
			for (const kept of this.#kept) this.look(kept);
			await sleep(LOOK_MS);
		}
	}

	/** Starts nothing any more. */
	stop(): void {
		this.#stopping = true;
	}

	private async begin(kind: Kind): Promise<void> {
		const mine = this.#kept.filter(({ member }) => member.kind === kind);
		for (const kept of mine) this.look(kept);
		const until = Date.now() + PATIENCE_MS;
		while (!this.#stopping && Date.now() < until && !(await this.allAnswer(mine))) {
			for (const kept of this.#kept) if (KINDS.indexOf(kept.member.kind) <= KINDS.indexOf(kind)) this.look(kept);
			await sleep(LOOK_MS);
		}
	}

	private async allAnswer(some: readonly Kept[]): Promise<boolean> {
		const answers = await Promise.all(some.map(({ member }) => this.watch.answers(member)));
		return answers.every(Boolean);
	}

	/** Starts it where it is down and its time has come. */
	private look(kept: Kept): void {
		if (this.#stopping) return;
		if (kept.pid !== null && !kept.own && !isThere(kept.pid, this.watch.place.folder, kept.member.name))
			this.gone(kept, "gone");
		if (kept.pid === null && Date.now() >= kept.notBefore) this.start(kept);
	}

	private start(kept: Kept): void {
		const { member } = kept;
		const child = started(this.watch.launch(member), member.name, this.watch.place);
		const { pid } = child;
		if (pid === undefined) {
			this.gone(kept, "it could not be started");
			return;
		}
		Object.assign(kept, { pid, own: true, since: Date.now() });
		child.once("exit", (code, signal) => kept.pid === pid && this.gone(kept, signal ?? `exit ${code}`));
		this.tell();
	}

	private gone(kept: Kept, how: string): void {
		const now = Date.now();
		const fate = ended(kept.fate, now - kept.since);
		const restarts = kept.restarts + 1;
		Object.assign(kept, { pid: null, since: now, ended: how, fate, restarts, notBefore: now + waitMs(fate) });
		this.tell();
	}

	private tell(): void {
		this.watch.changed(
			this.#kept.map(({ member: { name }, pid, since, restarts, ended }) => ({
				name,
				pid,
				since: new Date(since).toISOString(),
				restarts,
				ended
			}))
		);
	}
}

/** How long what needs others waits for them, in ms; then it is started all the same, and finds out itself. */
const PATIENCE_MS = 30_000;

/** In a session of its own: Ctrl-C in the terminal is not meant for it. It writes to its log itself, whoever lives on. */
function started({ program, args, variables }: Launch, name: string, place: Place): ChildProcess {
	const { PATH, HOME } = environment();
	const log = openSync(freshLog(place.log(name)), "a", 0o600);
	try {
		const child = spawn(program, args, {
			cwd: place.folder,
			detached: true,
			env: { PATH, HOME, ...variables, ...markFor(place.folder, name) },
			stdio: ["ignore", log, log]
		});
		// What cannot be started has no process id; that is looked at.
		child.on("error", () => undefined);
		child.unref();
		return child;
	} finally {
		closeSync(log);
	}
}

function freshLog(file: string): string {
	if (existsSync(file) && statSync(file).size > LOG_BYTES) renameSync(file, `${file}.1`);
	return file;
}
