/** Any small panel, and anything that may happen to its migration: for properties of the whole run. */

import fc from "fast-check";
import type { Failpoint } from "../../adapters/failpoints";
import type { FaultKind } from "../../demo/panels/faults";
import type { Cell, Row } from "../../demo/panels/store";
import type { Crash } from "./crashing-node";
import { FORWARD, UNDO } from "./failpoints";

export interface SourceUser {
	readonly row: Readonly<Row>;
	readonly services: readonly number[];
}

/** One who stands at the target before: as ours would be, or somebody else's. */
export interface Squatter {
	/** Whose place they take, counted round. */
	readonly user: number;
	readonly kind: "same" | "other" | "other-disabled";
	readonly owned: boolean;
}

/** Columns of the user's row, as SQL sets them; or one more user. */
export type SourceChange = { readonly user: number; readonly set: string } | { readonly added: SourceUser };

/** Before the source answers the `at`-th page of its users. */
interface Moved {
	readonly at: number;
	readonly change: SourceChange;
}
/** `length` calls of the target fail, from the `at`-th on. */
interface Failed {
	readonly at: number;
	readonly length: number;
	readonly after: boolean;
	/** `forgets`: a create is answered and gone a moment later. */
	readonly kind: FaultKind | "forgets";
}
/** Somebody else at the target, before its `at`-th call. */
interface Edited {
	readonly at: number;
	readonly user: number;
	readonly kind: "edit" | "delete";
}

/** How a controller's life ends. */
export type Life = { readonly crash: Crash } | { readonly pauseAt: number };

export interface AnyRun {
	readonly users: readonly SourceUser[];
	readonly squatters: readonly Squatter[];
	readonly definition: { readonly conflict: "skip" | "overwrite"; readonly batch: number; readonly rules: object };
	readonly changes: readonly Moved[];
	readonly failures: readonly Failed[];
	readonly edits: readonly Edited[];
	readonly lives: readonly Life[];
	readonly repair: boolean;
	readonly rollback: "never" | "when finished" | "in the middle";
	/** Whom somebody else edits just before the rollback. */
	readonly lateEdits: readonly number[];
	readonly undoLives: readonly Crash[];
}

const at = (most: number) => fc.nat({ max: most });
const nameArbitrary = fc.constantFrom(
	(n: string) => `user_${n}`,
	(n: string) => `کاربر_${n}`,
	(n: string) => `Imported_${n}`,
	(n: string) => `ünï_${n}`
);
const PAST = "2020-05-01 00:00:00.000000";
const FUTURE = "2035-01-02 03:04:05.678901";
const GB = 1024 ** 3;

type Fields = Readonly<Record<string, Cell>>;
const expiryArbitrary = fc.oneof(
	{ weight: 3, arbitrary: fc.constant<Fields>({ expire_strategy: "never" }) },
	fc.constantFrom(PAST, FUTURE).map((date): Fields => ({ expire_strategy: "fixed_date", expire_date: date })),
	fc.tuple(fc.integer({ min: 1, max: 10 ** 8 }), fc.option(fc.constant(FUTURE))).map(
		([duration, deadline]): Fields => ({
			expire_strategy: "start_on_first_use",
			usage_duration: duration,
			activation_deadline: deadline
		})
	)
);
const quotaArbitrary = fc.oneof(
	{ weight: 2, arbitrary: fc.constant<Fields>({ data_limit: null, used_traffic: 0 }) },
	fc
		.tuple(fc.constantFrom(1, GB, 10 * GB), fc.constantFrom(0, 1, GB, 11 * GB))
		.map(([limit, used]): Fields => ({ data_limit: limit, used_traffic: used }))
);

const userArbitrary = fc
	.record({
		expiry: expiryArbitrary,
		quota: quotaArbitrary,
		enabled: fc.oneof({ weight: 2, arbitrary: fc.constant(1) }, fc.constant(0)),
		reset: fc.constantFrom("no_reset", "no_reset", "month"),
		note: fc.constantFrom(null, "plain", "یادداشت 🌳", "x".repeat(40)),
		/** admin, reseller1, and one whom the target does not have. */
		admin_id: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(1, 3, null) }, fc.constant(4)),
		services: fc.constantFrom([1], [1], [2], [1, 2], [3], [])
	})
	.map(({ expiry, quota, reset, services, ...rest }) => ({
		row: { ...expiry, ...quota, ...rest, data_limit_reset_strategy: reset } as Row,
		services
	}));

/** The `index`-th user has a name and a key of their own; a twin shows the name of the one before, in capitals. */
const named = (
	{ row, services }: SourceUser,
	name: (n: string) => string,
	isTwin: boolean,
	index: number,
	mark = ""
): SourceUser => {
	const n = `${mark}${String(index - Number(isTwin)).padStart(2, "0")}`;
	const key = `${mark}${index}`.replace(/\D/g, "9").padStart(32, "a");
	return { row: { ...row, username: isTwin ? name(n).toUpperCase() : name(n), key }, services };
};

const usersArbitrary = fc
	.array(fc.tuple(userArbitrary, nameArbitrary, fc.integer({ min: 0, max: 7 })), { minLength: 5, maxLength: 30 })
	.map(all => all.map(([user, name, twin], index) => named(user, name, twin === 0 && index > 0, index)));

const NO_TIME = "expire_date = NULL, usage_duration = NULL, activation_deadline = NULL";
const CHANGES = [
	"note = 'changed once'",
	"note = 'changed again'",
	"enabled = 0",
	"enabled = 1",
	"username = NULL, removed = 1, activated = 0",
	"username = NULL, removed = 1, activated = 0",
	"data_limit = NULL",
	`data_limit = ${50 * GB}`,
	`${NO_TIME}, expire_strategy = 'never'`,
	`${NO_TIME}, expire_strategy = 'fixed_date', expire_date = '${PAST}'`,
	`${NO_TIME}, expire_strategy = 'fixed_date', expire_date = '${FUTURE}'`
];
const changeArbitrary: fc.Arbitrary<SourceChange> = fc.oneof(
	{ weight: 3, arbitrary: fc.record({ user: at(40), set: fc.constantFrom(...CHANGES) }) },
	{
		weight: 1,
		arbitrary: fc
			.tuple(userArbitrary, nameArbitrary, at(9))
			.map(([user, name, n]) => ({ added: named(user, name, false, n, "new") }))
	}
);

const crashArbitrary = (places: readonly Failpoint[], most: number): fc.Arbitrary<Crash> =>
	fc.record({ at: fc.constantFrom(...places), count: fc.integer({ min: 1, max: most }) });

/** With calm between them. The long ones outlast every attempt at one record. */
const failuresArbitrary: fc.Arbitrary<readonly Failed[]> = fc
	.array(
		fc.record({
			calm: fc.integer({ min: 4, max: 40 }),
			length: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 1, max: 2 }) }, fc.integer({ min: 3, max: 14 })),
			after: fc.boolean(),
			kind: fc.constantFrom<Failed["kind"]>("error", "reset", "badGateway", "unavailable", "tooMany", "forgets")
		}),
		{ maxLength: 8 }
	)
	.map(all => {
		let at = 0;
		return all.map(({ calm, ...failed }) => {
			at += calm + failed.length;
			return { at, ...failed };
		});
	});

export const anyRun: fc.Arbitrary<AnyRun> = fc.record({
	users: usersArbitrary,
	squatters: fc.array(
		fc.record({
			user: at(40),
			kind: fc.constantFrom("same", "other", "other-disabled"),
			owned: fc.boolean()
		}) as fc.Arbitrary<Squatter>,
		{ maxLength: 4 }
	),
	definition: fc.record({
		conflict: fc.constantFrom("skip", "overwrite"),
		batch: fc.integer({ min: 2, max: 12 }),
		rules: fc.record({
			resettingPlans: fc.constantFrom("full", "shrink", "quarantine"),
			limitedUsers: fc.constantFrom("disable", "oneByte", "quarantine"),
			noAccess: fc.constantFrom("create", "quarantine")
		})
	}),
	changes: fc.array(fc.record({ at: at(20), change: changeArbitrary }), { maxLength: 8 }),
	failures: failuresArbitrary,
	edits: fc.array(
		fc.record({ at: at(150), user: at(40), kind: fc.constantFrom("edit", "delete") }) as fc.Arbitrary<Edited>,
		{ maxLength: 2 }
	),
	lives: fc.array(
		fc.oneof(
			{ weight: 4, arbitrary: fc.record({ crash: crashArbitrary(FORWARD, 8) }) },
			{ weight: 1, arbitrary: fc.record({ pauseAt: at(60) }) }
		),
		{ maxLength: 3 }
	),
	repair: fc.boolean(),
	rollback: fc.constantFrom("never", "when finished", "in the middle"),
	lateEdits: fc.array(at(40), { maxLength: 2 }),
	undoLives: fc.array(crashArbitrary([...UNDO, "socket", "answer"], 3), { maxLength: 2 })
}) as fc.Arbitrary<AnyRun>;
