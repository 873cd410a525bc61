/**
 * Which names the panel's database takes for one: by its own rule where the database is named, else asked of the API by
 * look-ups that write nothing. 0.8.4 is met on SQLite with users compared without case and with users exact, on MySQL
 * and MariaDB with users exact and everything else loose; so nothing is assumed.
 */

import type { Folding } from "../../domain/migration/folding";
import { beyondCaller } from "../caller";
import { ConnectorError } from "../connector";
import { isObject } from "../http/json";
import { type Session, segment } from "../http/session";
import type { Database } from "../sql";
import { listAdmins } from "./api";
import { storageOf } from "./storage";

/** Null: the panel holds none yet by which it could be told. */
export interface Learned {
	/** What keeps the records. */
	readonly storage: Database["kind"] | null;
	readonly users: Folding | null;
	readonly admins: Folding | null;
	/** By the API, as admins: its look-ups are by id, and the database compares both by the same default. */
	readonly services: Folding | null;
}

const SAMPLES = 20;

export class Naming {
	readonly #session: Session;
	readonly #database: Database | undefined;
	#learned: Promise<Learned> | undefined;

	constructor(session: Session, database?: Database) {
		this.#session = session;
		this.#database = database;
	}

	/** Asked anew until all of it is known. @param anew whatever was known */
	async learn(anew = false): Promise<Learned> {
		if (anew) this.#learned = undefined;
		const database = this.#database;
		// Others wait for it too.
		const asked = this.#learned ?? beyondCaller(() => (database ? ofDatabase(database) : this.#ofApi()));
		this.#learned = asked;
		const forget = (): void => {
			if (this.#learned === asked) this.#learned = undefined;
		};
		const learned = await asked.catch(error => {
			forget();
			throw error;
		});
		if (Object.values(learned).includes(null)) forget();
		return learned;
	}

	/** What must be taken for one, as far as it is known. */
	async of(stream: Exclude<keyof Learned, "storage">): Promise<Folding> {
		return (await this.learn())[stream] ?? "loose";
	}

	/** Does the panel find an admin by this name? Undefined: its address cannot say it. */
	async findsAdmin(name: string): Promise<boolean | undefined> {
		try {
			await this.#session.get(`/api/admin/usage/${segment(name)}`);
			return true;
		} catch (error) {
			if (!(error instanceof ConnectorError) || error.code !== "not-found") throw error;
			return error.details.fields?.detail === "Admin not found" ? false : undefined;
		}
	}

	async #ofApi(): Promise<Learned> {
		const [storage, users, told] = await Promise.all([storageOf(this.#session), this.#users(), this.#admins()]);
		// In 0.8.4 on SQLite no column but the users' names was ever compared otherwise than exactly.
		const admins = told ?? (storage === "sqlite" ? "exact" : null);
		return { storage, users, admins, services: admins };
	}

	async #users(): Promise<Folding | null> {
		const answer = await this.#session
			.object("/api/users", { limit: SAMPLES, sort: "-created_at" }, "once")
			.catch(unlessBroken);
		const listed = answer && Array.isArray(answer.users) ? answer.users.filter(isObject) : [];
		const name = listed.map(({ username }) => nameIn(username)).find(each => flipped(each) !== each);
		if (name === undefined) return null;
		const found = await this.#session.object(`/api/user/${segment(flipped(name))}`, {}, "once").catch(unlessGone);
		return found?.username === name ? "case" : "exact";
	}

	async #admins(): Promise<Folding | null> {
		const names = (await listAdmins(this.#session)).map(({ name }) => name);
		for (const name of names.filter(each => /^[\w -]+$/.test(each) && /[a-z]/i.test(each))) {
			const accented = name.replace(/[a-z]/i, "$&\u0301");
			if (names.includes(accented) || names.includes(flipped(name))) continue;
			if (await this.findsAdmin(accented)) return "loose";
			return (await this.findsAdmin(flipped(name))) ? "case" : "exact";
		}
		return null;
	}
}

async function ofDatabase(database: Database): Promise<Learned> {
	const [users, admins, services] = await Promise.all([
		database.naming("users", "username"),
		database.naming("admins", "username"),
		database.naming("user_templates", "name")
	]);
	return { storage: database.kind, users, admins, services };
}

const nameIn = (value: unknown): string => (typeof value === "string" && value.isWellFormed() ? value : "");

/** In the other case. */
const flipped = (name: string): string =>
	name.replace(/[a-z]/gi, letter => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()));

function unlessBroken(error: unknown): undefined {
	if (!(error instanceof ConnectorError) || error.code !== "broken") throw error;
	return undefined;
}

/** A user whom the panel cannot read is there all the same, but not to be told by. */
function unlessGone(error: unknown): undefined {
	if (!(error instanceof ConnectorError) || !["not-found", "broken"].includes(error.code)) throw error;
	return undefined;
}
