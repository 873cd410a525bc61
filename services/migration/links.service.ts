import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { type Link, links } from "../../contracts/migration/links";
import { linkStore } from "../../mixins/store.mixin";

const { record, find, of, count } = links.actions;

@Service(links)
export default class LinksService extends service(linkStore()) implements Answers<typeof links> {
	@Action(record)
	async record(ctx: CallOf<typeof record>): Promise<number> {
		const { migration, links: given } = ctx.params;
		await this.links.put(migration, given);
		return given.length;
	}

	@Action(find)
	async find(ctx: CallOf<typeof find>): Promise<Link[]> {
		return await this.links.find(ctx.params.username);
	}

	@Action(of)
	async of(ctx: CallOf<typeof of>): Promise<Link[]> {
		return await this.links.of(ctx.params.migration, ctx.params.ids);
	}

	@Action(count)
	async count(ctx: CallOf<typeof count>): Promise<number> {
		return await this.links.count(ctx.params.migration);
	}
}
