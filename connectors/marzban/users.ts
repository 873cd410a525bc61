/** Users of Marzban: written in steps, undone only while they are still as we left them. */

import type { Json } from "../../contracts/json";
import type { TargetRecord } from "../../contracts/migration/records";
import { ConnectorError, type Undone, type Write } from "../connector";
import type { Concurrency } from "../http/concurrency";
import { isObject, type Wire } from "../http/json";
import { type Session, segment } from "../http/session";
import { getUser } from "./api";
import { userFingerprint, userRecord } from "./records";
import { refuse } from "./refuse";
import { differences, isOurBeginning, nextStep, type Step } from "./steps";
import type { Writer } from "./writer";

/** A change that was answered and does not show is asked for once more, then given up. */
const MOST_CHANGES = 2;

type Removal = { readonly kind: "remove" | "done" };

export class Users {
	readonly #session: Session;
	readonly #writer: Writer;
	readonly #concurrency: Concurrency;

	constructor(session: Session, writer: Writer, concurrency: Concurrency) {
		this.#session = session;
		this.#writer = writer;
		this.#concurrency = concurrency;
	}

	async write(write: Write, signal?: AbortSignal): Promise<TargetRecord> {
		const desired: Json = { ...write.data, username: write.name };
		refuse(desired);
		return await this.#concurrency.run(async () => {
			const known = write.before !== null || write.ours !== undefined;
			const present = known ? await getUser(this.#session, write.name) : undefined;
			return await this.#make(desired, present, there => allow(write, desired, there), signal);
		});
	}

	async undo(name: string, before: Json | null, ours: string, signal?: AbortSignal): Promise<Undone> {
		const present = await getUser(this.#session, name);
		if (present === undefined) return before === null ? "already" : "changed-since";
		if (before !== null && userFingerprint(before) === userFingerprint(present.data)) return "already";
		// Ours with all but the owner put back: an undo that was interrupted.
		const begun = before !== null && differences(before, present.data).length === 0;
		if (userFingerprint(present.data) !== ours && !begun) return "changed-since";
		await this.#concurrency.run(() =>
			before === null ? this.#remove(present, signal) : this.#restore(before, present, signal)
		);
		return "restored";
	}

	async #make(
		desired: Json,
		present: TargetRecord | undefined,
		allowed: (there: TargetRecord | undefined) => void,
		signal: AbortSignal | undefined
	): Promise<TargetRecord> {
		const name = String(desired.username);
		let changes = 0;
		const made = await this.#writer.finish<Step>({
			name,
			present,
			next: (there, begun) => {
				if (!begun) allowed(there);
				const step = nextStep(desired, there?.data, { now: Date.now() / 1000 });
				if (step.kind === "modify" && changes >= MOST_CHANGES) throw unmoved(name, step.fields);
				return step;
			},
			take: async step => {
				const record = await this.#send(name, step, signal);
				if (step.kind === "modify") changes += 1;
				return record;
			},
			look: () => getUser(this.#session, name),
			signal,
			overloaded: () => this.#concurrency.failed()
		});
		if (made === undefined) throw new ConnectorError("unexpected-answer", `${name} was written and is not there.`);
		return made;
	}

	async #send(name: string, step: Step, signal: AbortSignal | undefined): Promise<TargetRecord | undefined> {
		const path = `/api/user/${segment(name)}`;
		if (step.kind === "create") return asUser(await this.#session.write("POST", "/api/user", step.body, signal));
		if (step.kind === "modify") return asUser(await this.#session.write("PUT", path, step.body, signal));
		if (step.kind === "own") return asUser(await this.#own(name, path, step.admin, signal));
		return undefined;
	}

	async #own(name: string, path: string, admin: string, signal: AbortSignal | undefined): Promise<Wire> {
		try {
			const query = new URLSearchParams({ admin_username: admin });
			return await this.#session.write("PUT", `${path}/set-owner?${query}`, undefined, signal);
		} catch (error) {
			if (!(error instanceof ConnectorError) || error.details.fields?.detail !== "Admin not found") throw error;
			const message = `${name} cannot be given to ${admin}: Marzban has no such admin in its database; create it first.`;
			throw new ConnectorError("refused", message, error.details);
		}
	}

	async #remove(present: TargetRecord, signal: AbortSignal | undefined): Promise<void> {
		const { name } = present;
		await this.#writer.finish<Removal>({
			name,
			present,
			next: there => ({ kind: there === undefined ? "done" : "remove" }),
			take: async () => {
				await this.#session.write("DELETE", `/api/user/${segment(name)}`, undefined, signal).catch(unlessGone);
				return undefined;
			},
			look: () => getUser(this.#session, name),
			signal,
			// A user without owner is deleted with a 500: that says nothing of load.
			overloaded: () => undefined
		});
	}

	async #restore(before: Json, present: TargetRecord, signal: AbortSignal | undefined): Promise<void> {
		const made = await this.#make(before, present, () => undefined, signal);
		if (userFingerprint(made.data) === userFingerprint(before)) return;
		throw new ConnectorError("refused", `${made.name} had no owner before, and Marzban's API cannot take one away.`);
	}
}

/** Throws unless what stands under the name is ours to make or change. */
function allow({ name, before, ours }: Write, desired: Json, present: TargetRecord | undefined): void {
	if (before !== null && present === undefined) {
		throw new ConnectorError("conflict", `${name} was there before the migration and is gone: somebody removed it.`);
	}
	if (before !== null || present === undefined) return;
	if (ours !== undefined && userFingerprint(present.data) === ours) return;
	if (isOurBeginning(desired, present.data, { now: Date.now() / 1000 })) return;
	const fields = differences(desired, present.data).join(", ");
	throw new ConnectorError("conflict", `${name} is taken at Marzban by a user who differs in ${fields}.`);
}

function unmoved(name: string, fields: readonly string[]): ConnectorError {
	const message = `Marzban accepted the change of ${name}, yet ${fields.join(", ")} did not become as asked.`;
	return new ConnectorError("unexpected-answer", message, {
		fields: Object.fromEntries(fields.map(f => [f, "unchanged"]))
	});
}

const asUser = (answer: Wire): TargetRecord | undefined => (isObject(answer) ? userRecord(answer) : undefined);

export function unlessGone(error: unknown): void {
	if (!(error instanceof ConnectorError) || error.code !== "not-found") throw error;
}
