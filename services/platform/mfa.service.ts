import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { mfa } from "../../contracts/platform/mfa";

const { begin } = mfa.actions;

@Service(mfa)
export default class MfaService extends service() implements Answers<typeof mfa> {
	@Action(begin)
	async begin(_ctx: CallOf<typeof begin>): Promise<null> {
		return null;
	}
}
