/** Services that keep something of people, found by their contracts, as those that keep secrets are. */

import type { ServiceBroker } from "moleculer";
import type { Broker } from "../../../cluster";
import { CONTRACTS } from "../../../contracts/cluster";
import type { JsonValue } from "../../../contracts/json";
import { PERSONAL } from "../../../contracts/personal";
import type { Answer } from "../../../domain/community/users/export";

export const KEEPERS: readonly string[] = CONTRACTS.filter(({ actions }) => Object.hasOwn(actions, PERSONAL)).map(
	({ name }) => name
);

/** Those of them that some node runs now. */
export const present = ({ registry }: Pick<ServiceBroker, "registry">): ReadonlySet<string> =>
	new Set(KEEPERS.filter(name => registry.actions.isAvailable(`${name}.${PERSONAL}`)));

/** Asks what a service keeps of an account; undefined where it does not answer, which an operator is told. */
export function asking(broker: Broker, warn: (sentence: string, error: unknown) => void) {
	// What is asked has a name that is made of a contract's: no type has it.
	const asked: Pick<ServiceBroker, "call"> = broker as never;
	return async (service: string, account: string): Promise<Answer> => {
		try {
			const options = { timeout: LONGEST_MS };
			return await asked.call<JsonValue, object>(`${service}.${PERSONAL}`, { account }, options);
		} catch (error) {
			warn(`'${service}' does not say what it keeps of somebody`, error);
			return undefined;
		}
	};
}
/** One that hangs does not keep the others' answers from whoever asked. */
const LONGEST_MS = 10_000;
