import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { type Link, links } from "../../contracts/migration/links";
import { collection } from "../../mixins/collection.mixin";

const { record, find, count } = links.actions;

@Service(links)
export default class LinksService
	extends service(collection<"links", Link & { key: string }>("links", "key"))
	implements Answers<typeof links>
{
	@Action(record)
	async record(ctx: CallOf<typeof record>): Promise<number> {
		const { migration, links: given } = ctx.params;
		for (const link of given) {
			await this.links.put({ key: `${migration}/${link.id}`, migration, ...link });
		}
		return given.length;
	}

	@Action(find)
	async find(ctx: CallOf<typeof find>): Promise<Link[]> {
		const found = await this.links.find({ username: ctx.params.username });
		return found.map(({ migration, id, username, keyDigest, target }) => ({
			migration,
			id,
			username,
			keyDigest,
			target
		}));
	}

	@Action(count)
	async count(ctx: CallOf<typeof count>): Promise<number> {
		return this.links.count(ctx.params.migration === undefined ? {} : { migration: ctx.params.migration });
	}
}
