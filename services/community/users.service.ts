import { Action, type Answers, type CallOf, Event, type EventOf, type Meta, Service, service } from "../../cluster";
import { personOf } from "../../cluster/person";
import { settingsFor } from "../../cluster/settings";
import { users } from "../../contracts/community/users";
import type { ResultOf, SettingsOf } from "../../contracts/contract";
import { auth } from "../../contracts/platform/auth";
import { INDEXES, type Kept, UNIQUE } from "../../domain/community/users/records";
import { messageOf } from "../../domain/unknown";
import { collection } from "../../mixins/collection.mixin";
import { resealed, secrets } from "../../mixins/secrets.mixin";
import { choose, chosen } from "./users/choosing";
import { Erasing } from "./users/erasing";
import { noted } from "./users/erasures";
import * as exporting from "./users/exports";
import { Follows } from "./users/follows";
import { asking, KEEPERS } from "./users/keepers";
import * as members from "./users/members";
import * as organisations from "./users/organisations";
import { getOf } from "./users/people";
import { kept } from "./users/personal";
import * as profiles from "./users/profiles";
import { profileOf, registeredProfile, welcome } from "./users/registering";
import { search } from "./users/searching";
import { swept } from "./users/sweeping";

const act = users.actions;
type Acts = typeof act;
type Call<K extends keyof Acts> = CallOf<Acts[K]>;
type Result<K extends keyof Acts> = Promise<ResultOf<Acts[K]>>;

@Service(users)
export default class UsersService
	extends service(secrets(), collection<"people", Kept>("people", "id", { unique: UNIQUE, indexes: INDEXES }))
	implements Answers<typeof users>
{
	private follows!: Follows;
	private erasing!: Erasing;
	private exporting!: exporting.Means;
	private bounds!: SettingsOf<typeof users>;

	async started(): Promise<void> {
		const { people, broker, secrets: sealer } = this;
		const bounds = settingsFor(broker, users);
		const warn = (sentence: string, error: unknown) => this.logger.warn(`${sentence}: ${messageOf(error)}`);
		const ask = asking(broker, warn);
		this.bounds = bounds;
		this.follows = new Follows(people, bounds);
		const { graceS, reportDays, exportBytes: bytes } = bounds;
		this.erasing = new Erasing({
			people,
			broker,
			secrets: sealer,
			follows: this.follows,
			graceS,
			reportDays,
			warn
		});
		this.exporting = { people, secrets: sealer, ask, keepers: KEEPERS, bytes };
	}

	@Action(act.me)
	async me({ meta }: Call<"me">): Result<"me"> {
		return profiles.ownOf(this.people, await profileOf(this.people, this.broker, personOf(meta).account));
	}

	/** Of whoever is signed in, who has a profile from here on. */
	private async mine(meta: Meta): Promise<string> {
		return (await profileOf(this.people, this.broker, personOf(meta).account)).account;
	}

	@Action(act.change)
	async change({ params, meta }: Call<"change">): Result<"change"> {
		return profiles.ownOf(this.people, await profiles.change(this.people, await this.mine(meta), params));
	}

	@Action(act.show)
	async show({ params, meta }: Call<"show">): Result<"show"> {
		const { account } = personOf(meta);
		return profiles.shownOf(this.people, account, await profiles.seenBy(this.people, account, params.handle));
	}

	@Action(act.search)
	async search({ params, meta }: Call<"search">): Result<"search"> {
		personOf(meta);
		return search(this.people, params.q, params);
	}

	@Action(act.list)
	async list({ params }: Call<"list">): Result<"list"> {
		return profiles.all(this.people, params);
	}

	@Action(act.preferences)
	async preferences({ meta }: Call<"preferences">): Result<"preferences"> {
		return { preferences: await chosen(this.people, personOf(meta).account) };
	}

	@Action(act.choose)
	async choose({ params, meta }: Call<"choose">): Result<"choose"> {
		const { preferenceBytes } = this.bounds;
		return { preferences: await choose(this.people, await this.mine(meta), params.preferences, preferenceBytes) };
	}

	@Action(act.called)
	async called({ params }: Call<"called">): Result<"called"> {
		return (await getOf(this.people, "profile", params.account))?.name || null;
	}

	@Action(act.follow)
	async follow({ params, meta }: Call<"follow">): Result<"follow"> {
		return this.follows.follow(await this.mine(meta), params.handle);
	}

	@Action(act.unfollow)
	async unfollow({ params, meta }: Call<"unfollow">): Result<"unfollow"> {
		return this.follows.unfollow(personOf(meta).account, params.handle);
	}

	@Action(act.followers)
	async followers({ params, meta }: Call<"followers">): Result<"followers"> {
		return this.follows.list(personOf(meta).account, params.handle, "followed", params);
	}

	@Action(act.following)
	async following({ params, meta }: Call<"following">): Result<"following"> {
		return this.follows.list(personOf(meta).account, params.handle, "follower", params);
	}

	@Action(act.create)
	async create({ params, meta }: Call<"create">): Result<"create"> {
		return organisations.create(this.people, this.bounds, await this.mine(meta), params);
	}

	@Action(act.organisation)
	async organisation({ params, meta }: Call<"organisation">): Result<"organisation"> {
		return organisations.show(this.people, personOf(meta).account, params.handle);
	}

	@Action(act.rename)
	async rename({ params, meta }: Call<"rename">): Result<"rename"> {
		const { handle, ...said } = params;
		return organisations.rename(this.people, personOf(meta).account, handle, said);
	}

	@Action(act.dissolve)
	async dissolve({ params, meta }: Call<"dissolve">): Result<"dissolve"> {
		return organisations.dissolve(this.people, personOf(meta).account, params.handle);
	}

	@Action(act.memberships)
	async memberships({ params, meta }: Call<"memberships">): Result<"memberships"> {
		return members.memberships(this.people, personOf(meta).account, params);
	}

	@Action(act.members)
	async members({ params, meta }: Call<"members">): Result<"members"> {
		return members.members(this.people, personOf(meta).account, params.handle, params);
	}

	@Action(act.invite)
	async invite({ params, meta }: Call<"invite">): Result<"invite"> {
		return members.invite(this.people, this.bounds, personOf(meta).account, params);
	}

	@Action(act.accept)
	async accept({ params, meta }: Call<"accept">): Result<"accept"> {
		return members.accept(this.people, this.bounds, personOf(meta).account, params.handle);
	}

	@Action(act.leave)
	async leave({ params, meta }: Call<"leave">): Result<"leave"> {
		return members.leave(this.people, personOf(meta).account, params.handle);
	}

	@Action(act.assign)
	async assign({ params, meta }: Call<"assign">): Result<"assign"> {
		return members.assign(this.people, personOf(meta).account, params);
	}

	@Action(act.dismiss)
	async dismiss({ params, meta }: Call<"dismiss">): Result<"dismiss"> {
		return members.dismiss(this.people, personOf(meta).account, params.handle, params.whom);
	}

	@Action(act.export)
	async export({ meta }: Call<"export">): Result<"export"> {
		return exporting.gathered(this.exporting, personOf(meta).account);
	}

	@Action(act.exported)
	async exported({ meta }: Call<"exported">): Result<"exported"> {
		return exporting.reread(this.exporting, personOf(meta).account);
	}

	@Action(act.erase)
	async erase({ meta }: Call<"erase">): Result<"erase"> {
		return this.erasing.planned(personOf(meta).account);
	}

	@Action(act.eraseFor)
	async eraseFor({ params }: Call<"eraseFor">): Result<"eraseFor"> {
		return this.erasing.planned((await profiles.mustBe(this.people, params.handle)).account);
	}

	@Action(act.keep)
	async keep({ meta }: Call<"keep">): Result<"keep"> {
		return this.erasing.takenBack(personOf(meta).account);
	}

	@Action(act.erasure)
	async erasure({ params }: Call<"erasure">): Result<"erasure"> {
		return this.erasing.report(params.id);
	}

	@Action(act.ownErasure)
	async ownErasure({ params }: Call<"ownErasure">): Result<"ownErasure"> {
		return this.erasing.reportFor(params.id, params.token);
	}

	@Action(act.personal)
	personal({ params }: Call<"personal">): Result<"personal"> {
		return kept(this.people, params.account);
	}

	@Action(act.forgot)
	async forgot({ params }: Call<"forgot">): Result<"forgot"> {
		await noted(this.people, params);
		return true;
	}

	@Action(act.reseal)
	reseal({ params }: Call<"reseal">): Result<"reseal"> {
		return resealed(this, params, () => exporting.resealedAll(this.people, this.secrets));
	}

	@Action(act.sweep)
	sweep(_ctx: Call<"sweep">): Result<"sweep"> {
		return swept(this.people, erasure => this.erasing.begun(erasure));
	}

	@Event(auth.events.registered)
	async registered({ params }: EventOf<typeof auth.events.registered>): Promise<void> {
		await registeredProfile(this.people, this.broker, params.account, params.adopted);
	}

	@Event(users.events.made)
	async welcomed({ params }: EventOf<typeof users.events.made>): Promise<void> {
		if (!params.adopted) await welcome(this.broker, this.people, params.account);
	}

	@Event(auth.events.erased)
	async erased({ params }: EventOf<typeof auth.events.erased>): Promise<void> {
		await this.erasing.forgotten(params.account, params.request);
	}
}
