import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { signing } from "../../contracts/platform/signing";

const { sign } = signing.actions;

@Service(signing)
export default class SigningService extends service() implements Answers<typeof signing> {
	@Action(sign)
	async sign(_ctx: CallOf<typeof sign>): Promise<never> {
		throw failure("UNAVAILABLE", "'signing.sign' is not there yet.");
	}
}
