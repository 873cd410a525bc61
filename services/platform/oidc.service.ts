import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { oidc } from "../../contracts/platform/oidc";

const { linked } = oidc.actions;

@Service(oidc)
export default class OidcService extends service() implements Answers<typeof oidc> {
	@Action(linked)
	async linked(_ctx: CallOf<typeof linked>): Promise<never> {
		throw failure("UNAVAILABLE", "'oidc.linked' is not there yet.");
	}
}
