import { Action, type Answers, type CallOf, Event, type EventOf, Service, service } from "../../cluster";
import { users } from "../../contracts/community/users";
import type { JsonValue } from "../../contracts/json";
import { auth } from "../../contracts/platform/auth";
import { INDEXES, type Kept, keyOf, UNIQUE } from "../../domain/community/users/records";
import { collection } from "../../mixins/collection.mixin";
import { announced, noted } from "./users/erasures";
import { getOf } from "./users/people";
import { madeProfile } from "./users/profiles";

const { called, forgot, personal } = users.actions;

@Service(users)
export default class UsersService
	extends service(collection<"people", Kept>("people", "id", { unique: UNIQUE, indexes: INDEXES }))
	implements Answers<typeof users>
{
	@Action(called)
	async called({ params }: CallOf<typeof called>): Promise<string | null> {
		return (await getOf(this.people, "profile", params.account))?.name || null;
	}

	@Event(auth.events.registered)
	async registered({ params }: EventOf<typeof auth.events.registered>): Promise<void> {
		const account = await this.broker.call("auth.account", { id: params.account });
		if (account) await madeProfile(this.people, account.id, account.name ?? "");
	}

	@Action(personal)
	async personal({ params }: CallOf<typeof personal>): Promise<JsonValue> {
		const profile = await getOf(this.people, "profile", params.account);
		return profile ? { profile: { handle: profile.handle, name: profile.name } } : null;
	}

	@Event(auth.events.erased)
	async erased({ params }: EventOf<typeof auth.events.erased>): Promise<void> {
		const { account, request } = params;
		await announced(this.people, request, account);
		const there = await getOf(this.people, "profile", account);
		await this.people.write([{ remove: keyOf("profile", account) }, { remove: keyOf("counts", account) }]);
		await noted(this.people, { request, service: users.name, count: there ? 1 : 0, kept: [] });
	}

	@Action(forgot)
	async forgot({ params }: CallOf<typeof forgot>): Promise<boolean> {
		await noted(this.people, params);
		return true;
	}
}
