/** What each code of this mapping means: losses, and the reasons why a record is not moved. */

import type { Meanings, SeverityOf } from "../../../meaning";
import type { QUARANTINES } from "../../common-meanings";
import { adminLosses } from "./admins";
import { hostLosses } from "./hosts";
import { nameLosses } from "./names";
import { quarantines } from "./quarantines";
import { serviceLosses } from "./services";
import { userLosses } from "./users";

const losses = {
	...userLosses,
	...adminLosses,
	...serviceLosses,
	...hostLosses,
	...nameLosses
} as const satisfies Meanings;

export const lossesOfMarzneshin = { ...losses, ...quarantines } as const satisfies Meanings;

/** A loss needs its row: without one the compiler stops here. */
export type LossCode = keyof typeof losses;
/** The severities that its row allows. */
export type LossSeverity<C extends LossCode> = SeverityOf<(typeof losses)[C]>;
/** So does a reason not to move a record. */
export type Category = keyof typeof quarantines | keyof typeof QUARANTINES;
