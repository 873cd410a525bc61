import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { legacy } from "../../contracts/platform/legacy";

const { login } = legacy.actions;

@Service(legacy)
export default class LegacyService extends service() implements Answers<typeof legacy> {
	@Action(login)
	async login(_ctx: CallOf<typeof login>): Promise<never> {
		throw failure("UNAVAILABLE", "'legacy.login' is not there yet.");
	}
}
