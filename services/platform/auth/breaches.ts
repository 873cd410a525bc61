/** Whether a password was found in a breach, as far as the node's settings let it be told. */

import { type Breached, breachedIn, failingOpen } from "../../../adapters/passwords/breached";
import type { Broker } from "../../../cluster";
import { METRICS } from "../../../contracts/platform/auth-forms";
import { Seldom } from "../../../domain/seldom";
import { codeOf, errorOf } from "../../../domain/unknown";

const SELDOM_MS = 600_000;

/** @param place empty: nobody is asked */
export function breachedBy({ metrics, logger }: Pick<Broker, "metrics" | "logger">, place: string): Breached {
	if (place === "") return async () => false;
	const told = new Seldom(SELDOM_MS);
	return failingOpen(breachedIn(place), error => {
		metrics.increment(METRICS.unchecked.name);
		if (!told.isDue("unchecked", performance.now())) return;
		// Not its message: the name of a file that is not there is of somebody's password.
		const why = codeOf(error) ?? errorOf(error).name;
		logger.warn(`PASSWORDS_BREACHED cannot be asked, so passwords are taken unchecked (${why}).`);
	});
}
