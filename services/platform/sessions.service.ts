import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { sessions } from "../../contracts/platform/sessions";

const { open, check, raise, closeAll } = sessions.actions;

@Service(sessions)
export default class SessionsService extends service() implements Answers<typeof sessions> {
	@Action(open)
	async open(_ctx: CallOf<typeof open>): Promise<never> {
		throw failure("UNAVAILABLE", "'sessions.open' is not there yet.");
	}

	@Action(check)
	async check(_ctx: CallOf<typeof check>): Promise<never> {
		throw failure("UNAVAILABLE", "'sessions.check' is not there yet.");
	}

	@Action(raise)
	async raise(_ctx: CallOf<typeof raise>): Promise<never> {
		throw failure("UNAVAILABLE", "'sessions.raise' is not there yet.");
	}

	@Action(closeAll)
	async closeAll(_ctx: CallOf<typeof closeAll>): Promise<never> {
		throw failure("UNAVAILABLE", "'sessions.closeAll' is not there yet.");
	}
}
