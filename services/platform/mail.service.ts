import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { mail } from "../../contracts/platform/mail";

const { send } = mail.actions;

@Service(mail)
export default class MailService extends service() implements Answers<typeof mail> {
	@Action(send)
	async send(_ctx: CallOf<typeof send>): Promise<never> {
		throw failure("UNAVAILABLE", "'mail.send' is not there yet.");
	}
}
