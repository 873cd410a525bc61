/** Admins of Marzban: created with a password of their own, never changed where they exist. */

import type { Json } from "../../contracts/json";
import type { TargetRecord } from "../../contracts/migration/records";
import { ConnectorError, type Undone, type Write } from "../connector";
import type { Concurrency } from "../http/concurrency";
import { isObject, type Wire } from "../http/json";
import { type Session, segment } from "../http/session";
import { listAdmins } from "./api";
import { adminFingerprint, adminRecord } from "./records";
import { unlessGone } from "./users";
import type { Writer } from "./writer";

type Step = { readonly kind: "create" | "remove" | "done" };

interface Asked {
	readonly name: string;
	readonly present: TargetRecord | undefined;
	readonly kind: "create" | "remove";
	readonly signal: AbortSignal | undefined;
}

export class Admins {
	readonly #session: Session;
	readonly #writer: Writer;
	readonly #concurrency: Concurrency;

	constructor(session: Session, writer: Writer, concurrency: Concurrency) {
		this.#session = session;
		this.#writer = writer;
		this.#concurrency = concurrency;
	}

	async find(names: readonly string[]): Promise<TargetRecord[]> {
		const wanted = new Set(names);
		const listed = (await listAdmins(this.#session)).filter(({ name }) => wanted.has(name));
		// The sudo of the environment is in no list, and a second admin of his name could be made.
		const me = adminRecord(await this.#session.object("/api/admin"));
		return wanted.has(me.name) && !listed.some(({ name }) => name === me.name) ? [...listed, me] : listed;
	}

	/** One who exists is answered as he is: his password, and what he may, are not ours to change. */
	async write(write: Write, signal?: AbortSignal): Promise<TargetRecord> {
		const { name, secrets } = write;
		const [present] = await this.find([name]);
		if (present !== undefined) return present;
		const password = secrets?.password;
		if (password === undefined || password === "") {
			throw new ConnectorError("refused", `The admin ${name} is not sent to Marzban: he has no password.`);
		}
		const body = { username: name, password, is_sudo: false };
		const made = await this.#finish({ name, present: undefined, kind: "create", signal }, async () => {
			const answer: Wire = await this.#session.write("POST", "/api/admin", body, signal);
			return isObject(answer) ? adminRecord(answer) : undefined;
		});
		if (made === undefined) throw new ConnectorError("unexpected-answer", `${name} was written and is not there.`);
		return made;
	}

	async undo(name: string, before: Json | null, ours: string, signal?: AbortSignal): Promise<Undone> {
		const [present] = await this.find([name]);
		if (present === undefined) return before === null ? "already" : "changed-since";
		const print = adminFingerprint(present.data);
		// Nothing is ever written over an admin who was there before.
		if (before !== null) return print === adminFingerprint(before) ? "already" : "changed-since";
		if (print !== ours) return "changed-since";
		await this.#finish({ name, present, kind: "remove", signal }, async () => {
			await this.#session.write("DELETE", `/api/admin/${segment(name)}`, undefined, signal).catch(unlessGone);
			return undefined;
		});
		return "restored";
	}

	#finish(
		{ name, present, kind, signal }: Asked,
		take: () => Promise<TargetRecord | undefined>
	): Promise<TargetRecord | undefined> {
		const isDone = (there: TargetRecord | undefined) => (there === undefined) === (kind === "remove");
		return this.#concurrency.run(() =>
			this.#writer.finish<Step>({
				name,
				present,
				next: there => ({ kind: isDone(there) ? "done" : kind }),
				take,
				look: async () => (await this.find([name]))[0],
				signal,
				overloaded: () => this.#concurrency.failed()
			})
		);
	}
}
