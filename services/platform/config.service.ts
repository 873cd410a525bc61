import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { config } from "../../contracts/platform/config";
import type { RevisionSnapshot } from "../../contracts/revisions";
import { revisions } from "../../mixins/revisions.mixin";

const { snapshot } = config.actions;

type Set = Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;

@Service(config)
export default class ConfigService
	extends service(
		revisions<Set>({ kept: "configs", empty: {}, check: () => undefined, changed: config.events.changed.name })
	)
	implements Answers<typeof config>
{
	@Action(snapshot)
	snapshot({ params }: CallOf<typeof snapshot>): Promise<RevisionSnapshot> {
		return this.revisions.of(params.environment).snapshot(params);
	}
}
