import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { flags } from "../../contracts/platform/flags";

const { snapshot } = flags.actions;

@Service(flags)
export default class FlagsService extends service() implements Answers<typeof flags> {
	@Action(snapshot)
	async snapshot(_ctx: CallOf<typeof snapshot>): Promise<never> {
		throw failure("UNAVAILABLE", "'flags.snapshot' is not there yet.");
	}
}
