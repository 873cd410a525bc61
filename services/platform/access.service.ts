import { createHash, randomBytes } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceBroker } from "moleculer";
import { Duplicate } from "../../adapters/collection";
import { moveOwnFile, readOwnFile, writeOwnFile } from "../../adapters/own-file";
import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { settingsFor, settingsOf } from "../../cluster/settings";
import { CONTRACTS, SCOPES } from "../../contracts/cluster";
import { type ApiKey, access, type NewApiKey, type Rekeyed } from "../../contracts/platform/access";
import { RESEAL } from "../../contracts/reseal";
import { InTurn } from "../../domain/in-turn";
import { collection } from "../../mixins/collection.mixin";
import { secrets } from "../../mixins/secrets.mixin";

const { check, create, list, rekey, revoke } = access.actions;

/** A key is 256 random bits: its plain digest tells nothing of it. */
interface StoredKey extends ApiKey {
	readonly digest: string;
	/** There is one at a time, whichever node made it. */
	readonly rank?: "first";
}

const digestOf = (key: string): string => createHash("sha256").update(key).digest("hex");
const shown = ({ id, name, scopes, createdAt }: StoredKey): ApiKey => ({ id, name, scopes, createdAt });

interface Fresh extends Pick<StoredKey, "name" | "scopes" | "rank"> {
	readonly key: string;
	/** @default any */
	readonly id?: string;
}

/** In hex digits. */
const ID_LENGTH = 12;

/** The file of the first key, in the data folder. */
const FIRST = "api-key";
const leftOf = (services: Rekeyed["services"]): number => services.reduce((sum, { left }) => sum + left, 0);
const newKey = (): string => `bny_${randomBytes(32).toString("base64url")}`;
/** Of nodes that make the last key at once each tries so often, within this time, in ms. */
const MOST_TRIES = 5;
const TOGETHER_MS = 200;
const CHANGED = { event: "access.changed", payload: {} } as const;

@Service(access)
export default class AccessService
	extends service(
		secrets(),
		collection<"keys", StoredKey>("keys", "id", { unique: ["digest", "rank"], indexes: ["createdAt"] })
	)
	implements Answers<typeof access>
{
	/** Of many at once each counts those before it. */
	private readonly making = new InTurn();

	/**
	 * The first start makes a key with all scopes; only the path of its file is told. The file is whole before the key is
	 * kept, under another name until it is: whenever this is killed, either nobody has a key or its file is there. Of several
	 * nodes that start at once on one store the first one makes it.
	 */
	async started(): Promise<void> {
		const file = resolve(join(settingsOf(this.broker).dataDir, FIRST));
		const unkept = `${file}.new`;
		const isKept = existsSync(unkept) && (await this.found(readOwnFile(unkept).toString().trim())) !== undefined;
		if (!isKept) {
			rmSync(unkept, { force: true });
			if ((await this.keys.count()) > 0 || existsSync(file)) return;
			const key = newKey();
			writeOwnFile(unkept, `${key}\n`);
			if (!(await this.keptFirst(key))) return rmSync(unkept, { force: true });
		}
		moveOwnFile(unkept, file);
		this.logger.info(`An API key with all scopes was made; it is in ${file}.`);
	}

	@Action(check)
	async check(ctx: CallOf<typeof check>): Promise<ApiKey | null> {
		const found = await this.found(ctx.params.key);
		return found ? shown(found) : null;
	}

	@Action(create)
	create({ params, meta }: CallOf<typeof create>): Promise<NewApiKey> {
		const { name, scopes } = params;
		return this.making.next(() =>
			meta.once === undefined ? this.oneMore(name, scopes) : this.once(meta.once, name, scopes)
		);
	}

	/** Asked for twice under one key it is one: its id and its text follow from that, to be had by nobody without our secret. */
	private async once(once: string, name: string, scopes: readonly string[]): Promise<NewApiKey> {
		const key = `bny_${this.secrets.derive(`API key ${once}`)}`;
		const id = digestOf(key).slice(0, ID_LENGTH);
		const made = await this.keys.get(id);
		if (made) return { ...shown(made), key };
		try {
			return await this.oneMore(name, scopes, { id, key });
		} catch (error) {
			const meanwhile = error instanceof Duplicate ? await this.keys.get(id) : undefined;
			if (!meanwhile) throw error;
			return { ...shown(meanwhile), key };
		}
	}

	/** Counted before and, as other nodes make some too, after it was made: of those that were made at once all may go. */
	private async oneMore(name: string, scopes: readonly string[], own?: Pick<Fresh, "id" | "key">): Promise<NewApiKey> {
		for (let tries = 1; ; tries++) {
			this.unlessFull(await this.keys.count());
			const { key, ...of } = own ?? { key: newKey() };
			const made = await this.keep({ ...of, key, name, scopes: [...new Set(scopes)] });
			if ((await this.keys.count()) <= this.most) return { ...made, key };
			await this.keys.remove(made.id, { events: [CHANGED] });
			if (tries === MOST_TRIES) this.unlessFull(this.most);
			await sleep(Math.random() * TOGETHER_MS);
		}
	}

	private get most(): number {
		return settingsFor(this.broker, access).apiKeys;
	}

	/** @throws LIMIT_REACHED */
	private unlessFull(count: number): void {
		if (count < this.most) return;
		throw failure(
			"LIMIT_REACHED",
			`${access.settings.apiKeys.variable} is reached: revoke a key that is no longer needed, or raise it.`
		);
	}

	@Action(list)
	async list(_ctx: CallOf<typeof list>): Promise<ApiKey[]> {
		const keys: ApiKey[] = [];
		for await (const key of this.keys.each({}, { sort: "createdAt" })) keys.push(shown(key));
		return keys;
	}

	/** Twice: what somebody wrote meanwhile with a key before would be lost with it. */
	@Action(rekey)
	async rekey(_ctx: CallOf<typeof rekey>): Promise<Rekeyed> {
		const key = randomBytes(6).toString("base64url");
		const services = await this.resealed(key, false);
		if (leftOf(services) > 0) return { left: leftOf(services), services };
		return { left: leftOf(await this.resealed(key, true)), services };
	}

	/** Each service by itself: what one of them keeps is nobody else's to open. */
	private async resealed(key: string, last: boolean): Promise<Rekeyed["services"]> {
		const { broker }: { readonly broker: Pick<ServiceBroker, "call"> } = this as never;
		const services: Rekeyed["services"][number][] = [];
		for (const { name, actions } of CONTRACTS) {
			if (!Object.hasOwn(actions, RESEAL)) continue;
			const done = await broker.call<Omit<Rekeyed["services"][number], "service">, object>(`${name}.${RESEAL}`, {
				key,
				last
			});
			services.push({ service: name, ...done });
		}
		return services;
	}

	@Action(revoke)
	async revoke(ctx: CallOf<typeof revoke>): Promise<ApiKey> {
		const { id } = ctx.params;
		const found = await this.keys.get(id);
		const revoked = { event: "access.revoked", payload: { id } } as const;
		if (!found || !(await this.keys.remove(id, { events: [CHANGED, revoked] })))
			throw failure("KEY_NOT_FOUND", `There is no API key '${id}'.`);
		return shown(found);
	}

	/** False where another node was as quick. */
	private async keptFirst(key: string): Promise<boolean> {
		try {
			await this.keep({ key, name: "the first one", scopes: Object.keys(SCOPES), rank: "first" });
			return true;
		} catch (error) {
			if (!(error instanceof Duplicate)) throw error;
			this.logger.info("The first API key was made by another node, whose log says where it is.");
			return false;
		}
	}

	private async found(key: string): Promise<StoredKey | undefined> {
		const { records } = await this.keys.find({ digest: digestOf(key) }, { limit: 1 });
		return records[0];
	}

	private async keep({ key, rank, id = randomBytes(ID_LENGTH / 2).toString("hex"), ...given }: Fresh): Promise<ApiKey> {
		const made: ApiKey = { id, ...given, createdAt: new Date().toISOString() };
		await this.keys.insert({ ...made, digest: digestOf(key), ...(rank && { rank }) }, { events: [CHANGED] });
		return made;
	}
}
