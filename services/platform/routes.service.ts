import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { routes } from "../../contracts/platform/routes";

const { snapshot } = routes.actions;

@Service(routes)
export default class RoutesService extends service() implements Answers<typeof routes> {
	@Action(snapshot)
	async snapshot(_ctx: CallOf<typeof snapshot>): Promise<never> {
		throw failure("UNAVAILABLE", "'routes.snapshot' is not there yet.");
	}
}
