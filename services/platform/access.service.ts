import { randomBytes } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ServiceBroker } from "moleculer";
import { Duplicate, type Filter } from "../../adapters/collection";
import { moveOwnFile, readOwnFile, writeOwnFile } from "../../adapters/own-file";
import { Action, type Answers, type CallOf, Event, type EventOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { personOf } from "../../cluster/person";
import { settingsFor, settingsOf } from "../../cluster/settings";
import { CONTRACTS, SCOPES } from "../../contracts/cluster";
import type { JsonValue } from "../../contracts/json";
import { type ApiKey, access, type NewApiKey, type Rekeyed } from "../../contracts/platform/access";
import { auth } from "../../contracts/platform/auth";
import { RESEAL } from "../../contracts/reseal";
import { messageOf } from "../../domain/unknown";
import { collection } from "../../mixins/collection.mixin";
import { secrets } from "../../mixins/secrets.mixin";
import { CHANGED, Keyring } from "./access/keyring";
import { digestOf, isOver, newKey, newRecord, type StoredKey, shown, within } from "./access/record";
import { Uses } from "./access/uses";

const { check, create, list, personal, rekey, revoke, rotate } = access.actions;
const { createOwn, listOwn, rotateOwn, revokeOwn } = access.actions;

/** The file of the first key, in the data folder. */
const FIRST = "api-key";
const leftOf = (services: Rekeyed["services"]): number => services.reduce((sum, { left }) => sum + left, 0);

@Service(access)
export default class AccessService
	extends service(
		secrets(),
		collection<"keys", StoredKey>("keys", "id", { unique: ["digest", "rank"], indexes: ["createdAt", "owner"] })
	)
	implements Answers<typeof access>
{
	private keyring!: Keyring;
	private uses!: Uses;

	/**
	 * The first start makes a key with all scopes; only the path of its file is told. The file is whole before the key is
	 * kept, under another name until it is: whenever this is killed, either nobody has a key or its file is there. Of several
	 * nodes that start at once on one store the first one makes it.
	 */
	async started(): Promise<void> {
		const limits = settingsFor(this.broker, access);
		this.keyring = new Keyring(this.keys, limits, text => this.secrets.derive(text));
		this.uses = new Uses(this.keys, error =>
			this.logger.warn(`When keys were used last was not kept: ${messageOf(error)}`)
		);
		await this.first();
	}

	async stopped(): Promise<void> {
		await this.uses?.end();
	}

	private async first(): Promise<void> {
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
	async check({ params }: CallOf<typeof check>): Promise<ApiKey | null> {
		const found = await this.found(params.key);
		const now = Date.now();
		if (!found || isOver(found, now)) return null;
		const scopes = await this.scopesNow(found);
		if (scopes === null) return null;
		this.uses.note(found.id, now);
		return { ...shown(found), scopes };
	}

	/** Of somebody's own: what their account has now; null where that is no longer, or may not sign in. */
	private async scopesNow({ owner, scopes }: StoredKey): Promise<readonly string[] | null> {
		if (owner == null) return scopes;
		const account = await this.broker.call("auth.account", { id: owner });
		return account?.state === "active" ? within(scopes, account.scopes) : null;
	}

	@Action(create)
	create({ params, meta }: CallOf<typeof create>): Promise<NewApiKey> {
		return this.keyring.make(params, meta.once);
	}

	@Action(rotate)
	rotate({ params, meta }: CallOf<typeof rotate>): Promise<NewApiKey> {
		return this.keyring.follow(params.id, null, params.overlapSeconds * 1000, meta.once);
	}

	@Action(createOwn)
	async createOwn({ params, meta }: CallOf<typeof createOwn>): Promise<NewApiKey> {
		const { account: owner, scopes } = personOf(meta);
		const more = params.scopes.find(scope => !within(params.scopes, scopes).includes(scope));
		if (more !== undefined) throw failure("SCOPE_NOT_YOURS", `Your account has not the scope '${more}': leave it out.`);
		return this.keyring.make({ ...params, owner }, meta.once);
	}

	@Action(listOwn)
	listOwn({ meta }: CallOf<typeof listOwn>): Promise<ApiKey[]> {
		return this.listed({ owner: personOf(meta).account });
	}

	@Action(rotateOwn)
	async rotateOwn({ params, meta }: CallOf<typeof rotateOwn>): Promise<NewApiKey> {
		return this.keyring.follow(params.id, personOf(meta).account, params.overlapSeconds * 1000, meta.once);
	}

	@Action(revokeOwn)
	async revokeOwn({ params, meta }: CallOf<typeof revokeOwn>): Promise<ApiKey> {
		await this.keyring.of(params.id, personOf(meta).account);
		return this.revoked(params.id);
	}

	@Action(personal)
	async personal({ params }: CallOf<typeof personal>): Promise<JsonValue> {
		const apiKeys = await this.listed({ owner: params.account });
		return apiKeys.length === 0
			? null
			: { apiKeys: apiKeys.map(({ scopes, ...key }) => ({ ...key, scopes: [...scopes] })) };
	}

	/** Whoever is not there has no keys. */
	@Event(auth.events.erased)
	async erased({ params: { account, request } }: EventOf<typeof auth.events.erased>): Promise<void> {
		const count = await this.endAll(account);
		await this.broker.call("users.forgot", { request, service: access.name, count, kept: [] });
	}

	private async endAll(owner: string): Promise<number> {
		const ids = (await this.listed({ owner })).map(({ id }) => id);
		const events = [CHANGED, ...ids.map(revokedEvent)];
		if (ids.length > 0)
			await this.keys.write(
				ids.map(remove => ({ remove })),
				{ events }
			);
		return ids.length;
	}

	@Action(list)
	async list(_ctx: CallOf<typeof list>): Promise<ApiKey[]> {
		return this.listed({});
	}

	private async listed(filter: Filter<StoredKey>): Promise<ApiKey[]> {
		const keys: ApiKey[] = [];
		for await (const key of this.keys.each(filter, { sort: "createdAt" })) keys.push(shown(this.uses.upToDate(key)));
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
	revoke({ params }: CallOf<typeof revoke>): Promise<ApiKey> {
		return this.revoked(params.id);
	}

	private async revoked(id: string): Promise<ApiKey> {
		const found = await this.keys.get(id);
		if (!found || !(await this.keys.remove(id, { events: [CHANGED, revokedEvent(id)] })))
			throw failure("KEY_NOT_FOUND", `There is no API key '${id}'.`);
		return shown(found);
	}

	/** False where another node was as quick. */
	private async keptFirst(key: string): Promise<boolean> {
		try {
			const made = newRecord({ key, name: "the first one", scopes: Object.keys(SCOPES), rank: "first" }, Date.now());
			await this.keys.insert(made, { events: [CHANGED] });
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
}

const revokedEvent = (id: string) => ({ event: "access.revoked", payload: { id } }) as const;
