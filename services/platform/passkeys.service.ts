import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { passkeys } from "../../contracts/platform/passkeys";

const { count } = passkeys.actions;

@Service(passkeys)
export default class PasskeysService extends service() implements Answers<typeof passkeys> {
	@Action(count)
	async count(_ctx: CallOf<typeof count>): Promise<never> {
		throw failure("UNAVAILABLE", "'passkeys.count' is not there yet.");
	}
}
