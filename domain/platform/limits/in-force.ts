/** The policies in force, one by one, as whoever may look at them sees them. Pure. */

import { LIMIT_CLASSES } from "../../../contracts/exposure";
import { CLASS_SETTINGS, LIMIT_SETTINGS, type LimitInForce } from "../../../contracts/platform/gateway-limits";
import { countersOf, type Limits, type Planned, type Whose } from "./plan";
import type { Policy } from "./policy";

interface Row {
	readonly said: LimitInForce;
	/** What counts it for whoever asks; undefined: it is off, or what each service has. */
	readonly counter?: Planned;
}

type Part = Partial<Pick<LimitInForce, "service" | "class">>;

export function inForce({ all, services, client, classes }: Limits, who: string): Row[] {
	const own = [...services.own].flatMap(([service, policy]) =>
		rows(policy, { name: "service", of: "service", setting: "limitServices", whose: service }, { service })
	);
	const ofClasses = LIMIT_CLASSES.flatMap(limit =>
		rows(classes[limit], { name: limit, of: "class", setting: CLASS_SETTINGS[limit], whose: who }, { class: limit })
	);
	const each = rows(services.each, { name: "service", of: "service", setting: "limitServices", whose: "" });
	return [
		...rows(all, { name: "all", of: "all", setting: "limitAll", whose: "" }),
		...each.map(({ said }) => ({ said })),
		...own,
		...rows(client, { name: "client", of: "client", setting: "limitClient", whose: who }),
		...ofClasses
	];
}

function rows(policy: Policy, whose: Omit<Whose, "partition">, part: Part = {}): Row[] {
	const { name, of, setting } = whose;
	const { variable } = LIMIT_SETTINGS[setting];
	const none = { service: null, class: null, quota: null, window: null, remaining: null, reset: null };
	const row: LimitInForce = { ...none, ...part, policy: name, of, setting: variable };
	if (policy.length === 0) return [{ said: row }];
	return countersOf({ ...whose, partition: null }, policy).map(counter => ({
		said: { ...row, policy: counter.name, quota: counter.quota, window: counter.windowMs / 1000 },
		counter
	}));
}
