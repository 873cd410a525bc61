import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { config } from "../../contracts/platform/config";

const { snapshot } = config.actions;

@Service(config)
export default class ConfigService extends service() implements Answers<typeof config> {
	@Action(snapshot)
	async snapshot(_ctx: CallOf<typeof snapshot>): Promise<never> {
		throw failure("UNAVAILABLE", "'config.snapshot' is not there yet.");
	}
}
