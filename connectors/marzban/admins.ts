/** Admins of Marzban: created with a password of their own, never changed where they exist. */

import type { TargetRecord } from "../../contracts/migration/records";
import { fold } from "../../domain/migration/folding";
import { ConnectorError, type Term, type Undo, type Undone, type Write } from "../connector";
import { isObject, type Wire } from "../http/json";
import { type Session, segment } from "../http/session";
import type { AdminRows } from "./admin-rows";
import { afterFailure } from "./aftermath";
import { listAdmins, namesake } from "./api";
import type { Lane } from "./lane";
import type { Naming } from "./naming";
import type { Owners } from "./owners";
import { powerOf, SUDO } from "./power";
import { adminFingerprint, adminRecord } from "./records";
import { unlessGone, unlessStopped } from "./stopped";
import type { Writer } from "./writer";

type Step = { readonly kind: "create" | "remove" | "done" };

interface Asked {
	readonly name: string;
	readonly present: TargetRecord | undefined;
	readonly kind: "create" | "remove";
	readonly term: Term | undefined;
}

/** Somebody made one of that name after it was looked at. */
function raisedSince(name: string): ConnectorError {
	const message = `The admin ${name} stands at Marzban by now and may more than at the source: they are left as they are.`;
	return new ConnectorError("conflict", message, { untouched: true });
}
/** The panel decodes a path before it looks for the route: no spelling of these leads to one admin (405, 404). */
const isAddressable = (name: string): boolean => name !== "" && !name.includes("/");

/** Proxies before a panel walk up on these, however they are spelled. */
const WALKS: ReadonlySet<string> = new Set([".", ".."]);

const unaddressable = (name: string): string =>
	`Marzban's API has no address for the admin '${name}', so it cannot take them away: remove them in its database, or name \`database:\` at the target.`;

export class Admins {
	readonly #session: Session;
	readonly #writer: Writer;
	readonly #lane: Lane;
	readonly #owners: Owners;
	readonly #naming: Naming;
	readonly #rows: AdminRows | undefined;

	/** @param rows the panel's own table, for what its API cannot say */
	constructor(session: Session, writer: Writer, lane: Lane, owners: Owners, naming: Naming, rows?: AdminRows) {
		this.#naming = naming;
		this.#session = session;
		this.#writer = writer;
		this.#lane = lane;
		this.#owners = owners;
		this.#rows = rows;
	}

	/** Each under the name asked for, also one whom the panel takes for them. */
	async find(names: readonly string[]): Promise<TargetRecord[]> {
		const exact = await this.#exactly(names);
		const own = new Set(exact.map(({ name }) => name));
		const others = names.filter(name => !own.has(name));
		if (others.length === 0) return exact;
		const [listed, me] = await Promise.all([listAdmins(this.#session), this.#me()]);
		const found = await Promise.all(
			others.map(async name => (await this.#namesake(name, listed)) ?? (await this.#accounts(name, me)))
		);
		return [...exact, ...found.filter(record => record !== undefined)];
	}

	/** Who looks alike is asked for by the name: the panel says whether it takes the two for one. */
	async #namesake(name: string, listed: readonly TargetRecord[]): Promise<TargetRecord | undefined> {
		const alike = listed.find(each => each.name !== name && fold(each.name, "loose") === fold(name, "loose"));
		if (alike === undefined) return undefined;
		const isFound = (await this.#naming.findsAdmin(name)) ?? (await this.#naming.of("admins")) !== "exact";
		return isFound ? namesake(name, alike) : undefined;
	}

	/** An admin made under a name taken for the account's would be given whomever the account makes. */
	async #accounts(name: string, me: TargetRecord): Promise<TargetRecord | undefined> {
		const folding = await this.#naming.of("admins");
		return fold(name, folding) === fold(me.name, folding) ? namesake(name, me) : undefined;
	}

	async #me(): Promise<TargetRecord> {
		return adminRecord(await this.#session.object("/api/admin"), this.#session.caps);
	}

	async #exactly(names: readonly string[]): Promise<TargetRecord[]> {
		const wanted = new Set(names);
		const listed = (await listAdmins(this.#session)).filter(({ name }) => wanted.has(name));
		// The sudo of the environment is in no list, and a second admin of that name could be made.
		const me = await this.#me();
		return wanted.has(me.name) && !listed.some(({ name }) => name === me.name) ? [...listed, me] : listed;
	}

	/** One who exists is answered as they are: their password, and what they may, are not ours to change. */
	async write(write: Write, term?: Term): Promise<TargetRecord> {
		const { name } = write;
		const met: { start: TargetRecord | undefined; ours?: string } = { start: undefined };
		const look = () => this.#look(name);
		try {
			return await this.#lane.run(term, async again => {
				const present = await look();
				if (!again) met.start = present;
				if (present && powerOf(present.data) === SUDO && powerOf(write.data) < SUDO)
					return await this.#lower(write, present, term);
				const create = async () => {
					const made = await this.#create(write, term);
					met.ours = adminFingerprint(made?.data ?? { ...write.data, username: name });
					return made;
				};
				const made = present ?? (await this.#finish({ name, present, kind: "create", term }, create));
				if (made === undefined) throw new ConnectorError("unexpected-answer", `${name} was written and is not there.`);
				return await this.#counted(write, made, term);
			});
		} catch (error) {
			// Who stood there, or may be another's of that name, is not taken away.
			const takeBack = async (): Promise<Undone> => {
				if (met.start === undefined && met.ours === undefined) return (await look()) ? "changed-since" : "already";
				return await this.undo({ name, before: met.start?.data ?? null, ...met }, term);
			};
			const isOurs = ({ data }: TargetRecord): boolean => adminFingerprint(data) === met.ours;
			throw await afterFailure(error, { start: met.start, look, takeBack, isOurs, term });
		}
	}

	async #look(name: string): Promise<TargetRecord | undefined> {
		return (await this.#exactly([name]))[0];
	}

	/** What an admin's users used, where only the database takes it. */
	async #counted(write: Write, made: TargetRecord, term: Term | undefined): Promise<TargetRecord> {
		const { users_usage } = write.data;
		const isCounted = users_usage === undefined || made.data.users_usage === users_usage;
		if (this.#rows === undefined || write.before !== null || isCounted) return made;
		unlessStopped(term);
		await this.#rows.count(write.name, String(users_usage));
		return (await this.#look(write.name)) ?? made;
	}

	/** Ours, made sudo by the database and no sudo at the source since, is none here either; another's is left (L34). */
	async #lower(write: Write, present: TargetRecord, term: Term | undefined): Promise<TargetRecord> {
		const { name, before, ours, data } = write;
		const isOurs = before === null && ours !== undefined && ours === adminFingerprint(present.data);
		if (this.#rows === undefined || !isOurs) throw raisedSince(name);
		unlessStopped(term);
		await this.#rows.lower(name, powerOf(data) === 0);
		return (await this.#look(name)) ?? present;
	}

	/** By the database where it takes the password the admin had; by the API with a new one. */
	async #create({ name, data, secrets }: Write, term: Term | undefined): Promise<TargetRecord | undefined> {
		const hashed_password = secrets?.hashed_password ?? data.hashed_password;
		const power = powerOf(data);
		// The password they knew would let in one who may not.
		if (this.#rows && hashed_password !== undefined && power > 0) {
			unlessStopped(term);
			await this.#rows.create(name, { ...data, hashed_password });
			return undefined;
		}
		const password = secrets?.password;
		if (password === undefined || password === "") {
			throw new ConnectorError("refused", `The admin ${name} is not sent to Marzban: they have no password.`, {
				untouched: true
			});
		}
		// A sudo whom only the API made could never be removed again.
		const is_sudo = this.#rows !== undefined && power === SUDO;
		const answer: Wire = await this.#session.write("POST", "/api/admin", { username: name, password, is_sudo }, term);
		return isObject(answer) ? adminRecord(answer, this.#session.caps) : undefined;
	}

	/** One whose create was never answered may as well be another's of the same name: nothing tells them apart. */
	async undo({ name, before, ours }: Undo, term?: Term): Promise<Undone> {
		const [present] = await this.#exactly([name]);
		if (present === undefined) return before === null ? "already" : "changed-since";
		const print = adminFingerprint(present.data);
		// Nothing is ever written over an admin who was there before.
		if (before !== null) return print === adminFingerprint(before) ? "already" : "changed-since";
		if (print !== ours) return "changed-since";
		await this.#lane.run(term, () =>
			this.#finish({ name, present, kind: "remove", term }, async () => {
				await this.#remove(present, term);
				return undefined;
			})
		);
		return "restored";
	}

	/** Why one of this name could not be taken away again. */
	lasting(name: string): string | undefined {
		return this.#rows !== undefined || (isAddressable(name) && !WALKS.has(name)) ? undefined : unaddressable(name);
	}

	async #remove({ name, data }: TargetRecord, term: Term | undefined): Promise<void> {
		if (this.#rows === undefined && !isAddressable(name))
			throw new ConnectorError("refused", unaddressable(name), { untouched: true });
		const isBeyond = data.is_sudo === true || !isAddressable(name) || WALKS.has(name);
		if (this.#rows === undefined || !isBeyond) {
			await this.#session.write("DELETE", `/api/admin/${segment(name)}`, undefined, term).catch(unlessGone);
			return;
		}
		unlessStopped(term);
		await this.#rows.remove(name);
	}

	#finish(
		{ name, present, kind, term }: Asked,
		take: () => Promise<TargetRecord | undefined>
	): Promise<TargetRecord | undefined> {
		const isDone = (there: TargetRecord | undefined) => (there === undefined) === (kind === "remove");
		return this.#writer.finish<Step>({
			name,
			present,
			next: there => ({ kind: isDone(there) ? "done" : kind }),
			take: () => take().finally(() => this.#owners.forget()),
			look: () => this.#look(name),
			term,
			overloaded: () => this.#lane.failed()
		});
	}
}
