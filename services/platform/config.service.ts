import { Action, type Answers, type CallOf, Event, type EventOf, Service, service } from "../../cluster";
import { failure, invalid } from "../../cluster/errors";
import { settingsFor, settingsOf } from "../../cluster/settings";
import type { ResultOf } from "../../contracts/contract";
import type { JsonValue } from "../../contracts/json";
import { auth } from "../../contracts/platform/auth";
import { config } from "../../contracts/platform/config";
import type {
	ConfigChanged,
	ConfigDiff,
	ConfigEnvironment,
	ConfigList,
	ConfigRevision,
	ServiceConfig
} from "../../contracts/platform/config-forms";
import type { RevisionPage, RevisionSnapshot } from "../../contracts/revisions";
import { configured, settingsOf as settingsNamed } from "../../domain/platform/config/settings";
import {
	applied,
	type ConfigValue,
	changesBetween,
	faultsIn,
	namesIn,
	shown,
	unfitIn,
	type Wanted
} from "../../domain/platform/config/values";
import { type Revised, revisions, type Told, told } from "../../mixins/revisions.mixin";
import { resealed, secrets } from "../../mixins/secrets.mixin";
import { ConfigSecrets } from "./config/secrets";
import { settingsShown } from "./config/showing";

const { list, changeAll, history, revision, diff, rollback, get, change, environments } = config.actions;
const { snapshot, reveal, personal, reseal } = config.actions;

/** What is set is accepted as a whole, or not at all. @throws VALIDATION_ERROR */
function check(value: ConfigValue, before: ConfigValue): void {
	const faults = unfitIn(value, before);
	if (faults.length > 0) throw invalid(faults);
}

@Service(config)
export default class ConfigService
	extends service(
		secrets(),
		revisions<ConfigValue>({ kept: "configs", empty: {}, check, changed: config.events.changed.name })
	)
	implements Answers<typeof config>
{
	private kept!: ConfigSecrets;

	async started(): Promise<void> {
		this.kept = new ConfigSecrets(this.revisions, this.secrets);
	}

	@Action(list)
	async list(_ctx: CallOf<typeof list>): Promise<ConfigList> {
		return {
			services: configured().map(name => ({ service: name, settings: settingsNamed(name)?.size ?? 0 })),
			environments: await this.all()
		};
	}

	@Action(get)
	async get({ params }: CallOf<typeof get>): Promise<ServiceConfig> {
		const { service: name, environment } = params;
		mustBe(name);
		const { value, ...newest } = await this.revisions.of(environment).current();
		return {
			service: name,
			environment,
			...newest,
			settings: settingsShown(name, value, settingsOf(this.broker).values?.states ?? [])
		};
	}

	@Action(environments)
	async environments({ params }: CallOf<typeof environments>): Promise<ConfigEnvironment[]> {
		mustBe(params.service);
		const found = (await this.all()).filter(({ set }) => Object.hasOwn(set, params.service));
		return found.map(each => ({ ...each, set: { [params.service]: each.set[params.service] ?? [] } }));
	}

	@Action(change)
	async change(ctx: CallOf<typeof change>): Promise<ConfigChanged> {
		const { service: name, environment, values } = ctx.params;
		mustBe(name);
		return this.set(environment, { [name]: values }, told(ctx));
	}

	@Action(changeAll)
	async changeAll(ctx: CallOf<typeof changeAll>): Promise<ConfigChanged> {
		return this.set(ctx.params.environment, ctx.params.services, told(ctx));
	}

	@Action(history)
	history({ params }: CallOf<typeof history>): Promise<RevisionPage> {
		return this.revisions.of(params.environment).history(params);
	}

	@Action(revision)
	async revision({ params }: CallOf<typeof revision>): Promise<ConfigRevision> {
		const { value, ...made } = await this.revisions.of(params.environment).at(params.revision);
		return { environment: params.environment, ...made, value: shown(value) };
	}

	@Action(diff)
	async diff({ params }: CallOf<typeof diff>): Promise<ConfigDiff> {
		const { environment, revision: to, from = Math.max(0, to - 1) } = params;
		const set = this.revisions.of(environment);
		const [before, after] = await Promise.all([set.at(from), set.at(to)]);
		return { environment, from, to, changes: changesBetween(before.value, after.value) };
	}

	@Action(rollback)
	async rollback(ctx: CallOf<typeof rollback>): Promise<ConfigChanged> {
		const { environment, revision: to } = ctx.params;
		const set = this.revisions.of(environment);
		return this.answered(environment, "rollback", await set.rollback({ ...told(ctx), to }));
	}

	@Action(snapshot)
	snapshot({ params }: CallOf<typeof snapshot>): Promise<RevisionSnapshot> {
		return this.revisions.of(params.environment).snapshot(params);
	}

	@Action(reveal)
	reveal({ params }: CallOf<typeof reveal>): Promise<ResultOf<typeof reveal>> {
		return this.kept.revealed(params.environment, params.names);
	}

	@Action(personal)
	async personal({ params }: CallOf<typeof personal>): Promise<JsonValue> {
		const made = await this.revisions.made(params.account);
		return made === 0 ? null : { revisions: made };
	}

	@Action(reseal)
	reseal(ctx: CallOf<typeof reseal>): Promise<ResultOf<typeof reseal>> {
		return resealed(this, ctx.params, () => this.kept.resealed());
	}

	@Event(auth.events.erased)
	async erased(ctx: EventOf<typeof auth.events.erased>): Promise<void> {
		const { account, request } = ctx.params;
		const count = await this.revisions.forget(account);
		await ctx.call("users.forgot", { request, service: config.name, count, kept: count > 0 ? [REMAINDER] : [] });
	}

	/** @throws VALIDATION_ERROR · LIMIT_REACHED · REVISION_CONFLICT */
	private async set(environment: string, asked: Wanted, by: Told): Promise<ConfigChanged> {
		if (Object.values(asked).every(values => Object.keys(values).length === 0))
			throw invalid([{ field: "values", message: "Name a setting, and what it is to be." }]);
		await this.refuseMore(environment);
		const set = this.revisions.of(environment);
		refuse(asked, (await set.current()).value);
		const { wanted, beside } = this.kept.sealed(environment, asked);
		const made = await set.change({ ...by, beside, decide: value => applied(value, wanted) });
		return this.answered(environment, "change", made);
	}

	private async answered(environment: string, how: string, made: Revised<ConfigValue>): Promise<ConfigChanged> {
		this.broker.metrics.increment(config.metrics.revisions.name, { how });
		const { value, ...newest } = made;
		const before = await this.revisions.of(environment).at(newest.revision - 1);
		const changes = changesBetween(before.value, value);
		return { environment, ...newest, changes, atRestart: changes.flatMap(atRestart).sort() };
	}

	private async refuseMore(environment: string): Promise<void> {
		const [names, { environments: most }] = [await this.revisions.sets(), settingsFor(this.broker, config)];
		if (names.includes(environment) || names.length < most) return;
		throw failure(
			"LIMIT_REACHED",
			`Settings are kept for ${most} environments (CONFIG_ENVIRONMENTS): '${environment}' is one more.`
		);
	}

	private async all(): Promise<ConfigEnvironment[]> {
		const names = await this.revisions.sets();
		return Promise.all(
			names.map(async environment => {
				const { value, ...newest } = await this.revisions.of(environment).current();
				return { environment, ...newest, set: namesIn(value) };
			})
		);
	}
}

/** What of a change holds once nodes start anew. */
function atRestart({ path: [service = "", key = ""] }: { readonly path: readonly string[] }): string[] {
	const setting = settingsNamed(service)?.get(key);
	return setting && !setting.live ? [key] : [];
}

const REMAINDER = {
	what: "revisions of settings",
	why: "what was set for the cluster, when and why stays traceable; that it was this person is forgotten",
	until: null
};

/** @throws CONFIG_SERVICE_UNKNOWN */
function mustBe(name: string): void {
	if (!settingsNamed(name))
		throw failure(
			"CONFIG_SERVICE_UNKNOWN",
			`There is no service '${name}': GET /api/v1/config names those that there are.`
		);
}

/** @throws VALIDATION_ERROR with each of them */
function refuse(asked: Wanted, value: ConfigValue): void {
	const faults = faultsIn(asked, value);
	if (faults.length > 0) throw invalid(faults);
}
