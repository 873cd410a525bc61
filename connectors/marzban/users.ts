/** Users of Marzban: written in steps, undone only while they are still as we left them. */

import type { Json } from "../../contracts/json";
import type { TargetRecord } from "../../contracts/migration/records";
import { ConnectorError, type Cursor, type Page, type Undo, type Undone, type Write } from "../connector";
import type { Concurrency } from "../http/concurrency";
import { isObject, type Wire } from "../http/json";
import { type Session, segment } from "../http/session";
import { findUsers, getUser, readUsers } from "./api";
import { isPutBack, rowsOf, withoutCarried } from "./carried";
import { noSuch, type Owners } from "./owners";
import { userFingerprint, userRecord } from "./records";
import { refuse } from "./refuse";
import { differences, isBetween, isOurBeginning, nextStep, type Step } from "./steps";
import type { UserRows } from "./user-rows";
import type { Writer } from "./writer";

/** A change that was answered and does not show is asked for once more, then given up. */
const MOST_CHANGES = 2;

type Removal = { readonly kind: "remove" | "done" };

export class Users {
	readonly #session: Session;
	readonly #writer: Writer;
	readonly #concurrency: Concurrency;
	readonly #owners: Owners;
	readonly #rows: UserRows | undefined;

	/** @param rows the panel's own tables, for what its API cannot say */
	constructor(session: Session, writer: Writer, concurrency: Concurrency, owners: Owners, rows?: UserRows) {
		this.#session = session;
		this.#writer = writer;
		this.#concurrency = concurrency;
		this.#owners = owners;
		this.#rows = rows;
	}

	async find(names: readonly string[]): Promise<readonly TargetRecord[]> {
		const found = await findUsers(this.#session, names);
		return this.#rows ? await this.#rows.complete(found) : found;
	}

	async read(cursor: Cursor | null, limit: number): Promise<Page<TargetRecord>> {
		const page = await readUsers(this.#session, cursor, limit);
		return this.#rows ? { ...page, records: await this.#rows.complete(page.records) } : page;
	}

	fingerprint(data: Json): string {
		return userFingerprint(data, this.#rows !== undefined);
	}

	async write(write: Write, signal?: AbortSignal): Promise<TargetRecord> {
		this.refuse(write.name, write.data);
		const desired = this.#asked(write.name, write.data);
		return await this.#concurrency.run(async () => {
			const known = write.before !== null || write.ours !== undefined || write.sent !== undefined;
			const present = known ? await this.#look(write.name) : undefined;
			await this.#unlessOwnerless(desired, present);
			const allowed = (there: TargetRecord | undefined) => this.#allow(write, desired, there);
			return await this.#make({ desired, before: write.before, present, allowed, signal });
		});
	}

	async undo(undo: Undo, signal?: AbortSignal): Promise<Undone> {
		const { name, before } = undo;
		const present = await this.#look(name);
		if (present === undefined) return before === null ? "already" : "changed-since";
		if (before !== null && this.#isBack(before, present.data)) return "already";
		const desired = before && this.#undone(before, present.data);
		// Ours with all but the owner put back: an undo that was interrupted.
		const begun = desired !== null && differences(desired, present.data).length === 0;
		if (!begun && !this.#isOurs(undo, present.data)) return "changed-since";
		await this.#concurrency.run(() =>
			before === null || desired === null
				? this.#remove(present, signal)
				: this.#restore(before, { desired, before: null, present, allowed: () => undefined, signal })
		);
		return "restored";
	}

	/** Asked before the first write: whoever was created and then refused an owner would stand there as nobody's. */
	async #unlessOwnerless({ username, admin }: Json, present: TargetRecord | undefined): Promise<void> {
		if (typeof admin !== "string" || admin === present?.data.admin) return;
		await this.#owners.require(admin, String(username));
	}

	/** Throws for what is never sent. */
	refuse(name: string, data: Json): void {
		refuse(this.#asked(name, data), this.#rows?.kind);
	}

	/** What is sent: without a database, what the API takes. */
	#asked(name: string, data: Json): Json {
		const asked: Json = { ...data, username: name };
		return this.#rows ? asked : withoutCarried(asked);
	}

	/** As we left it, or what a write of ours that was never answered may have left. */
	#isOurs({ name, before, ours, sent = [] }: Undo, present: Json): boolean {
		if (ours !== undefined && this.fingerprint(present) === ours) return true;
		const asked = sent.map(data => this.#asked(name, data));
		if (before !== null) return asked.length > 0 && isBetween(before, asked, present);
		return asked.some(data => isOurBeginning(data, present, { now: Date.now() / 1000 }));
	}

	async #look(name: string): Promise<TargetRecord | undefined> {
		const record = await getUser(this.#session, name);
		return record && this.#rows ? await this.#rows.require(record) : record;
	}

	/** What the API is asked for to put `before` back: a hold it cannot take away is taken by the database, afterwards. */
	#undone(before: Json, present: Json): Json {
		if (this.#rows === undefined || rowsOf(before) === undefined) return withoutCarried(before);
		const { on_hold_timeout, on_hold_expire_duration } = present;
		return {
			...before,
			on_hold_timeout: before.on_hold_timeout ?? on_hold_timeout ?? null,
			on_hold_expire_duration: before.on_hold_expire_duration ?? on_hold_expire_duration ?? null
		};
	}

	#isBack(before: Json, present: Json): boolean {
		if (this.fingerprint(before) !== this.fingerprint(present)) return false;
		const [image, rows] = [rowsOf(before), rowsOf(present)];
		return image === undefined || rows === undefined || isPutBack(image, rows);
	}

	async #make({ desired, before, present, allowed, signal }: Making): Promise<TargetRecord> {
		const name = String(desired.username);
		let changes = 0;
		const made = await this.#writer.finish<Step>({
			name,
			present,
			next: (there, begun) => {
				if (!begun) allowed(there);
				const step = nextStep(desired, there?.data, { now: Date.now() / 1000, before });
				if (step.kind === "modify" && changes >= MOST_CHANGES) throw unmoved(name, step.fields);
				return step;
			},
			take: async step => {
				const record = await this.#send(name, step, signal);
				if (step.kind === "modify") changes += 1;
				return record && this.#rows && step.kind !== "carry" ? await this.#rows.require(record) : record;
			},
			look: () => this.#look(name),
			signal,
			overloaded: () => this.#concurrency.failed()
		});
		if (made === undefined) throw new ConnectorError("unexpected-answer", `${name} was written and is not there.`);
		return made;
	}

	async #send(name: string, step: Step, signal: AbortSignal | undefined): Promise<TargetRecord | undefined> {
		const path = `/api/user/${segment(name)}`;
		if (step.kind === "carry") {
			unlessStopped(signal);
			await this.#rows?.carry(step.present, step.change);
			return (await this.#rows?.complete([{ name, data: step.present }]))?.[0];
		}
		// Each answers the user as he then stands, read from the row that was written: there is nothing to read back.
		if (step.kind === "create") return asUser(name, await this.#session.write("POST", "/api/user", step.body, signal));
		if (step.kind === "modify") return asUser(name, await this.#session.write("PUT", path, step.body, signal));
		if (step.kind === "own") return asUser(name, await this.#own(name, path, step.admin, signal));
		return undefined;
	}

	async #own(name: string, path: string, admin: string, signal: AbortSignal | undefined): Promise<Wire> {
		try {
			const query = new URLSearchParams({ admin_username: admin });
			return await this.#session.write("PUT", `${path}/set-owner?${query}`, undefined, signal);
		} catch (error) {
			if (!(error instanceof ConnectorError) || error.details.fields?.detail !== "Admin not found") throw error;
			this.#owners.forget();
			throw new ConnectorError("refused", noSuch(name, admin), error.details);
		}
	}

	async #remove(present: TargetRecord, signal: AbortSignal | undefined): Promise<void> {
		const { name } = present;
		unlessStopped(signal);
		await this.#rows?.clear(present.data);
		await this.#writer.finish<Removal>({
			name,
			present,
			next: there => ({ kind: there === undefined ? "done" : "remove" }),
			take: async () => {
				await this.#session.write("DELETE", `/api/user/${segment(name)}`, undefined, signal).catch(unlessGone);
				return undefined;
			},
			look: () => this.#look(name),
			signal,
			// A user without owner is deleted with a 500: that says nothing of load.
			overloaded: () => undefined
		});
		await this.#rows?.sweep(present.data);
	}

	async #restore(before: Json, making: Making): Promise<void> {
		let made = await this.#make(making);
		const image = rowsOf(before);
		if (this.#rows && image) {
			unlessStopped(making.signal);
			await this.#rows.putBack(image, made.data);
			made = (await this.#look(made.name)) ?? made;
		}
		if (this.fingerprint(made.data) === this.fingerprint(before)) return;
		throw new ConnectorError("refused", `${made.name} had no owner before, and Marzban's API cannot take one away.`);
	}

	/** Throws unless what stands under the name is ours to make or change. */
	#allow(write: Write, desired: Json, present: TargetRecord | undefined): void {
		const { name, before } = write;
		if (before !== null && present === undefined) {
			throw new ConnectorError("conflict", `${name} was there before the migration and is gone: somebody removed it.`);
		}
		if (before !== null || present === undefined) return;
		if (this.#isOurs({ ...write, sent: [desired, ...(write.sent ?? [])] }, present.data)) return;
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
	readonly signal: AbortSignal | undefined;
}

export function unlessStopped(signal: AbortSignal | undefined): void {
	if (signal?.aborted) throw new ConnectorError("stopped", "Stopped before the next change was made.");
}

function unmoved(name: string, fields: readonly string[]): ConnectorError {
	const message = `Marzban accepted the change of ${name}, yet ${fields.join(", ")} did not become as asked.`;
	return new ConnectorError("unexpected-answer", message, {
		fields: Object.fromEntries(fields.map(f => [f, "unchanged"]))
	});
}

/** Undefined where the answer is not of him: then he is looked at. */
function asUser(name: string, answer: Wire): TargetRecord | undefined {
	const record = isObject(answer) ? userRecord(answer) : undefined;
	return record?.name === name ? record : undefined;
}

export function unlessGone(error: unknown): void {
	if (!(error instanceof ConnectorError) || error.code !== "not-found") throw error;
}
