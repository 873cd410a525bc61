import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createOwnFile } from "../../adapters/own-file";
import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { settingsOf } from "../../cluster/settings";
import { SCOPES, type Scope } from "../../contracts/contract";
import { type ApiKey, access, type NewApiKey } from "../../contracts/platform/access";
import { LIMITS } from "../../contracts/platform/limits";
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

@Service(access)
export default class AccessService
	extends service(collection<"keys", StoredKey>("keys", "id", { unique: ["digest"] }))
	implements Answers<typeof access>
{
	/** Of many at once each counts those before it. */
	private readonly making = new InTurn();

	/** The first start makes a key with all scopes; only the path of its file is told. */
	async started(): Promise<void> {
		const file = resolve(join(settingsOf(this.broker).dataDir, FIRST));
		if ((await this.keys.count()) > 0 || existsSync(file)) return;
		const { key } = await this.make("the first one", Object.keys(SCOPES) as Scope[]);
		createOwnFile(file, `${key}\n`);
		this.logger.info(`An API key with all scopes was made; it is in ${file}.`);
	}

	@Action(check)
	async check(ctx: CallOf<typeof check>): Promise<ApiKey | null> {
		const [found] = await this.keys.find({ digest: digestOf(ctx.params.key) });
		return found ? shown(found) : null;
	}

	@Action(create)
	create(ctx: CallOf<typeof create>): Promise<NewApiKey> {
		return this.making.next(() => this.oneMore(ctx.params.name, ctx.params.scopes));
	}

	private async oneMore(name: string, scopes: readonly Scope[]): Promise<NewApiKey> {
		const { apiKeys } = settingsOf(this.broker).limits;
		if ((await this.keys.count()) >= apiKeys)
			throw failure(
				"LIMIT_REACHED",
				`${LIMITS.apiKeys.variable} is reached: revoke a key that is no longer needed, or raise it.`
			);
		return this.make(name, [...new Set(scopes)]);
	}

	@Action(list)
	async list(_ctx: CallOf<typeof list>): Promise<ApiKey[]> {
		return (await this.keys.find({})).map(shown);
	}

	@Action(revoke)
	async revoke(ctx: CallOf<typeof revoke>): Promise<ApiKey> {
		const { id } = ctx.params;
		const found = await this.keys.get(id);
		if (!found || !(await this.keys.remove(id))) throw failure("KEY_NOT_FOUND", `There is no API key '${id}'.`);
		await this.broker.broadcast("access.changed", {});
		return shown(found);
	}

	private async make(name: string, scopes: readonly Scope[]): Promise<NewApiKey> {
		const key = `bny_${randomBytes(32).toString("base64url")}`;
		const made: ApiKey = { id: randomBytes(6).toString("hex"), name, scopes, createdAt: new Date().toISOString() };
		await this.keys.insert({ ...made, digest: digestOf(key) });
		await this.broker.broadcast("access.changed", {});
		return { ...made, key };
	}
}
