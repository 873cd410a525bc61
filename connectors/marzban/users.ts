/** Users of Marzban: written in steps, undone only while they are still as we left them. */

import type { Json } from "../../contracts/json";
import type { TargetRecord } from "../../contracts/migration/records";
import { ConnectorError, type Cursor, type Page, type Term, type Undo, type Undone, type Write } from "../connector";
import type { Session } from "../http/session";
import { afterFailure } from "./aftermath";
import { findUsers, getUser, readUsers } from "./api";
import { rowsOf } from "./carried";
import type { Lane } from "./lane";
import type { Owners } from "./owners";
import { refuse } from "./refuse";
import { differences, nextStep, type Step } from "./steps";
import { unlessGone, unlessStopped } from "./stopped";
import { type Met, UserCalls } from "./user-calls";
import { UserImages } from "./user-images";
import type { UserRows } from "./user-rows";
import type { Writer } from "./writer";

/** A change that was answered and does not show is asked for once more, then given up. */
const MOST_CHANGES = 2;

/** How a look fails at one whose row the panel chokes on, or a proxy in front of it. */
const UNREADABLE: ReadonlySet<string> = new Set(["broken", "unreachable"]);

type Removal = { readonly kind: "remove" | "done" };

export class Users {
	readonly #session: Session;
	readonly #writer: Writer;
	readonly #lane: Lane;
	readonly #owners: Owners;
	readonly #calls: UserCalls;
	readonly #rows: UserRows | undefined;
	readonly #images: UserImages;

	/** @param rows the panel's own tables, for what its API cannot say */
	constructor(session: Session, writer: Writer, lane: Lane, owners: Owners, rows?: UserRows) {
		this.#session = session;
		this.#writer = writer;
		this.#lane = lane;
		this.#owners = owners;
		this.#calls = new UserCalls(session, owners, rows);
		this.#rows = rows;
		this.#images = new UserImages(rows);
	}

	async find(names: readonly string[]): Promise<readonly TargetRecord[]> {
		const found = await findUsers(this.#session, names);
		if (!this.#rows) return found;
		const isShown = ({ unreadable }: TargetRecord): boolean => unreadable === undefined;
		const shown = await this.#rows.complete(found.filter(isShown));
		return [...shown, ...found.filter(record => !isShown(record))];
	}

	async read(cursor: Cursor | null, limit: number): Promise<Page<TargetRecord>> {
		const page = await readUsers(this.#session, cursor, limit);
		return this.#rows ? { ...page, records: await this.#rows.complete(page.records) } : page;
	}

	fingerprint(data: Json): string {
		return this.#images.fingerprint(data);
	}

	async write(write: Write, term?: Term): Promise<TargetRecord> {
		const { name, before, ours, sent } = write;
		this.refuse(name, write.data);
		const desired = this.#images.asked(name, write.data);
		const known = before !== null || ours !== undefined || sent !== undefined;
		const met: Met = { start: known ? "unseen" : undefined, made: false };
		try {
			return await this.#lane.run(term, async again => {
				const present = known || again ? await this.#look(name) : undefined;
				if (met.start === "unseen") met.start = present;
				await this.#unlessOwnerless(desired, present);
				const allowed = (there: TargetRecord | undefined) => this.#allow(write, desired, there);
				return await this.#make({ desired, before, present, allowed, term, met });
			});
		} catch (error) {
			if (met.start === "unseen") throw error;
			const { data: started = null } = met.start ?? {};
			const back: Undo = {
				name,
				before: started,
				...(ours !== undefined && { ours }),
				sent: [desired, ...(sent ?? [])]
			};
			throw await this.#afterFailure(error, back, met, term);
		}
	}

	async undo(undo: Undo, term?: Term): Promise<Undone> {
		const { name, before } = undo;
		const present = await this.#lane.run(term, () => this.#look(name));
		if (present === undefined) return before === null ? "already" : "changed-since";
		if (before !== null && this.#images.isBack(before, present.data)) return "already";
		const desired = before && this.#images.undone(before, present.data);
		// Ours with all but the owner put back: an undo that was interrupted.
		const begun = desired !== null && differences(desired, present.data).length === 0;
		if (!begun && !this.#images.isOurs(undo, present.data)) return "changed-since";
		await this.#lane.run(term, async again => {
			const there = again ? await this.#look(name) : present;
			if (before !== null && desired !== null)
				await this.#restore(before, { desired, before: null, present: there, allowed: () => undefined, term });
			else if (there !== undefined) await this.#remove(there, term);
		});
		return "restored";
	}

	#afterFailure(error: unknown, undo: Undo, { start, made }: Met, term: Term | undefined): Promise<unknown> {
		const { name } = undo;
		const there = start === "unseen" ? undefined : start;
		const own = there === undefined && made;
		return afterFailure(error, {
			start: there,
			term,
			look: () => this.#look(name),
			takeBack: () => (own ? this.#takeAway(undo, term) : this.undo(undo, term)),
			isOurs: ({ data }) => this.#images.isOurs(undo, data),
			shut: async ({ data: { status } }) =>
				status === "active" || status === "on_hold" ? await this.#calls.shut(name, term) : undefined
		});
	}

	/** Who was made just now goes, even if their row is one that the panel chokes on. */
	async #takeAway(undo: Undo, term: Term | undefined): Promise<Undone> {
		try {
			return await this.undo(undo, term);
		} catch (error) {
			if (!(error instanceof ConnectorError) || !UNREADABLE.has(error.code)) throw error;
		}
		await this.#calls.remove(undo.name, term).catch(() => undefined);
		return (await this.#look(undo.name)) === undefined ? "restored" : "changed-since";
	}

	/** Asked before the first write: whoever was created and then refused an owner would stand there as nobody's. */
	async #unlessOwnerless({ username, admin }: Json, present: TargetRecord | undefined): Promise<void> {
		if (typeof admin !== "string" || admin === present?.data.admin) return;
		await this.#owners.require(admin, String(username));
	}

	/** Throws for what is never sent. */
	refuse(name: string, data: Json): void {
		refuse(this.#images.asked(name, data), this.#rows?.kind);
	}

	async #look(name: string): Promise<TargetRecord | undefined> {
		const record = await getUser(this.#session, name);
		return record && this.#rows ? await this.#rows.require(record) : record;
	}

	async #make({ desired, before, present, allowed, term, met }: Making): Promise<TargetRecord> {
		const name = String(desired.username);
		let [changes, owners] = [0, 0];
		const made = await this.#writer.finish<Step>({
			name,
			present,
			next: (there, begun) => {
				if (!begun) allowed(there);
				const step = nextStep(desired, there?.data, { now: Date.now() / 1000, before });
				if (changes >= MOST_CHANGES && step.kind === "modify") throw unmoved(name, step.fields);
				// Names fold in some databases: then set-owner finds another one of that name, again and again.
				if (owners >= MOST_CHANGES && step.kind === "own") throw unmoved(name, ["admin"]);
				return step;
			},
			take: async step => {
				const record = await this.#calls.send(name, step, term, met);
				changes += step.kind === "modify" ? 1 : 0;
				owners += step.kind === "own" ? 1 : 0;
				return record;
			},
			look: () => this.#look(name),
			term,
			overloaded: () => this.#lane.failed()
		});
		if (made === undefined) throw new ConnectorError("unexpected-answer", `${name} was written and is not there.`);
		return made;
	}

	async #remove(present: TargetRecord, term: Term | undefined): Promise<void> {
		const { name } = present;
		unlessStopped(term);
		await this.#rows?.clear(present.data);
		await this.#writer.finish<Removal>({
			name,
			present,
			next: there => ({ kind: there === undefined ? "done" : "remove" }),
			take: async () => {
				await this.#calls.remove(name, term).catch(unlessGone);
				return undefined;
			},
			look: () => this.#look(name),
			term,
			// A user without owner is deleted with a 500: that says nothing of load.
			overloaded: () => undefined
		});
		await this.#rows?.sweep(present.data);
	}

	async #restore(before: Json, making: Making): Promise<void> {
		let made = await this.#make(making);
		const image = rowsOf(before);
		if (this.#rows && image) {
			unlessStopped(making.term);
			await this.#rows.putBack(image, made.data);
			made = (await this.#look(made.name)) ?? made;
		}
		if (this.#images.fingerprint(made.data) === this.#images.fingerprint(before)) return;
		throw new ConnectorError("refused", `${made.name} had no owner before, and Marzban's API cannot take one away.`);
	}

	/** Throws unless what stands under the name is ours to make or change. */
	#allow(write: Write, desired: Json, present: TargetRecord | undefined): void {
		const { name, before } = write;
		if (before !== null && present === undefined) {
			throw new ConnectorError("conflict", `${name} was there before the migration and is gone: somebody removed it.`);
		}
		if (before !== null || present === undefined) return;
		if (this.#images.isOurs({ ...write, sent: [desired, ...(write.sent ?? [])] }, present.data)) return;
		const fields = differences(desired, present.data).join(", ");
		throw new ConnectorError("conflict", `${name} is taken at Marzban by a user who differs in ${fields}.`);
	}
}

interface Making {
	readonly desired: Json;
	/** What stood there before our first write. */
	readonly before: Json | null;
	readonly present: TargetRecord | undefined;
	readonly allowed: (there: TargetRecord | undefined) => void;
	readonly term: Term | undefined;
	readonly met?: Met;
}

function unmoved(name: string, fields: readonly string[]): ConnectorError {
	const message = `Marzban accepted the change of ${name}, yet ${fields.join(", ")} did not become as asked.`;
	return new ConnectorError("unexpected-answer", message, {
		fields: Object.fromEntries(fields.map(f => [f, "unchanged"]))
	});
}
