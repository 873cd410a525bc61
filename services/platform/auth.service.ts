import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { auth } from "../../contracts/platform/auth";

const { account, enter, erase } = auth.actions;

@Service(auth)
export default class AuthService extends service() implements Answers<typeof auth> {
	@Action(account)
	async account(_ctx: CallOf<typeof account>): Promise<never> {
		throw failure("UNAVAILABLE", "'auth.account' is not there yet.");
	}

	@Action(enter)
	async enter(_ctx: CallOf<typeof enter>): Promise<never> {
		throw failure("UNAVAILABLE", "'auth.enter' is not there yet.");
	}

	@Action(erase)
	async erase(_ctx: CallOf<typeof erase>): Promise<never> {
		throw failure("UNAVAILABLE", "'auth.erase' is not there yet.");
	}
}
