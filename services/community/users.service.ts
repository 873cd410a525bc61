import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { users } from "../../contracts/community/users";

const { called } = users.actions;

@Service(users)
export default class UsersService extends service() implements Answers<typeof users> {
	@Action(called)
	async called(_ctx: CallOf<typeof called>): Promise<never> {
		throw failure("UNAVAILABLE", "'users.called' is not there yet.");
	}
}
