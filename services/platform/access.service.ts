import { createHash, randomBytes } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { moveOwnFile, readOwnFile, writeOwnFile } from "../../adapters/own-file";
import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { settingsFor, settingsOf } from "../../cluster/settings";
import { SCOPES } from "../../contracts/cluster";
import { type ApiKey, access, type NewApiKey } from "../../contracts/platform/access";
import { InTurn } from "../../domain/in-turn";
import { collection } from "../../mixins/collection.mixin";

const { check, create, list, revoke } = access.actions;

/** A key is 256 random bits: its plain digest tells nothing of it. */
interface StoredKey extends ApiKey {
	readonly digest: string;
}

const digestOf = (key: string): string => createHash("sha256").update(key).digest("hex");
const shown = ({ id, name, scopes, createdAt }: StoredKey): ApiKey => ({ id, name, scopes, createdAt });

/** The file of the first key, in the data folder. */
const FIRST = "api-key";
const newKey = (): string => `bny_${randomBytes(32).toString("base64url")}`;
const CHANGED = { event: "access.changed", payload: {} } as const;

@Service(access)
export default class AccessService
	extends service(collection<"keys", StoredKey>("keys", "id", { unique: ["digest"], indexes: ["createdAt"] }))
	implements Answers<typeof access>
{
	/** Of many at once each counts those before it. */
	private readonly making = new InTurn();

	/**
	 * The first start makes a key with all scopes; only the path of its file is told. The file is whole before the key is
	 * kept, under another name until it is: whenever this is killed, either nobody has a key or its file is there.
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
			await this.keep(key, "the first one", Object.keys(SCOPES));
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
	create(ctx: CallOf<typeof create>): Promise<NewApiKey> {
		return this.making.next(() => this.oneMore(ctx.params.name, ctx.params.scopes));
	}

	private async oneMore(name: string, scopes: readonly string[]): Promise<NewApiKey> {
		const { apiKeys } = settingsFor(this.broker, access);
		if ((await this.keys.count()) >= apiKeys)
			throw failure(
				"LIMIT_REACHED",
				`${access.settings.apiKeys.variable} is reached: revoke a key that is no longer needed, or raise it.`
			);
		const key = newKey();
		return { ...(await this.keep(key, name, [...new Set(scopes)])), key };
	}

	@Action(list)
	async list(_ctx: CallOf<typeof list>): Promise<ApiKey[]> {
		const keys: ApiKey[] = [];
		for await (const key of this.keys.each({}, { sort: "createdAt" })) keys.push(shown(key));
		return keys;
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

	private async found(key: string): Promise<StoredKey | undefined> {
		const { records } = await this.keys.find({ digest: digestOf(key) }, { limit: 1 });
		return records[0];
	}

	private async keep(key: string, name: string, scopes: readonly string[]): Promise<ApiKey> {
		const made: ApiKey = { id: randomBytes(6).toString("hex"), name, scopes, createdAt: new Date().toISOString() };
		await this.keys.insert({ ...made, digest: digestOf(key) }, { events: [CHANGED] });
		return made;
	}
}
