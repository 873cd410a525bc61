import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { scheduler } from "../../contracts/platform/scheduler";

const { due } = scheduler.actions;

@Service(scheduler)
export default class SchedulerService extends service() implements Answers<typeof scheduler> {
	@Action(due)
	async due(_ctx: CallOf<typeof due>): Promise<never> {
		throw failure("UNAVAILABLE", "'scheduler.due' is not there yet.");
	}
}
