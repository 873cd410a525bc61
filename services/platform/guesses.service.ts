import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { guesses } from "../../contracts/platform/guesses";

const { reserve, settle } = guesses.actions;

@Service(guesses)
export default class GuessesService extends service() implements Answers<typeof guesses> {
	@Action(reserve)
	async reserve(_ctx: CallOf<typeof reserve>): Promise<never> {
		throw failure("UNAVAILABLE", "'guesses.reserve' is not there yet.");
	}

	@Action(settle)
	async settle(_ctx: CallOf<typeof settle>): Promise<never> {
		throw failure("UNAVAILABLE", "'guesses.settle' is not there yet.");
	}
}
