/** L34: nobody who stands at the target is changed, and whoever may more there than at the source is told. */

import fc from "fast-check";
import { adminOnto, powerOf } from "../../../../connectors/marzban/power";
import { adminFingerprint } from "../../../../connectors/marzban/records";
import type { Json } from "../../../../contracts/json";
import type { Transformed } from "../../../../contracts/migration/records";
import { treatmentOf } from "../../../../domain/migration/importing";
import { transform } from "../../../../domain/migration/mapping";
import { admins } from "../../../../domain/migration/marzneshin-to-marzban/admins";
import type { Context } from "../../../../domain/migration/marzneshin-to-marzban/context";

const source = fc.record({
	username: fc.constantFrom("boss", "reseller"),
	is_sudo: fc.boolean(),
	enabled: fc.boolean(),
	all_services_access: fc.boolean(),
	modify_users_access: fc.boolean(),
	has_password: fc.boolean()
});
const there = fc.record({
	is_sudo: fc.boolean(),
	telegram_id: fc.option(fc.constant(5)),
	discord_webhook: fc.constant(null)
});
const policy = fc.constantFrom("skip" as const, "overwrite" as const, "fail" as const);
const database = fc.constantFrom(null, { kind: "sqlite" }, { kind: "mysql" });

/** What the source lets them do. */
const sourcePower = ({ is_sudo, enabled }: Json): number => (enabled ? (is_sudo ? 2 : 1) : 0);

type Admin = typeof source extends fc.Arbitrary<infer A> ? A : never;

function mapped(data: Admin, carrier: object | null, isSudoThere: boolean): Transformed {
	const context = { sudoers: isSudoThere ? [data.username] : [], database: carrier } as unknown as Context;
	return transform(admins, { id: "1", name: data.username, data }, context);
}

it("in no mode does anybody made gain power, and nobody is told how to come in for whoever may not", () =>
	fc.assert(
		fc.property(source, fc.boolean(), database, (data, isSudoThere, carrier) => {
			const { target, withheld = false, keepsSecrets = false } = mapped(data, carrier, isSudoThere);
			expect(powerOf(target?.data as Json)).toBeLessThanOrEqual(sourcePower(data));
			expect(withheld).toBe(!data.enabled);
			expect(keepsSecrets && withheld).toBe(false);
		})
	));

/** Told of whoever stands there with more, with less, or with just as much. */
const TOLD = {
	more: { outcome: "skipped", codes: ["admin_raised"] },
	// Nobody knows who has the password; one that an earlier migration made is nobody's.
	disabled: { outcome: "unchanged", codes: ["admin_raised"] },
	less: { outcome: "skipped", codes: ["sudo_dropped"] },
	same: { outcome: "unchanged", codes: [] }
};

function meeting(may: number, has: number): keyof typeof TOLD {
	if (may === has) return "same";
	if (has < may) return "less";
	return has === 1 ? "disabled" : "more";
}

it("under no policy is anybody changed who stands there, and whoever may more or less is told", () =>
	fc.assert(
		fc.property(source, there, policy, database, (data, present, conflict, carrier) => {
			const before: Json = { username: data.username, ...present };
			const made = mapped(data, carrier, present.is_sudo).target?.data as Json;
			const { data: fit, losses, kept } = adminOnto(made, before);
			const record = { name: data.username, data: fit, before, ...(kept !== undefined && { kept }) };
			const treatment = treatmentOf(record, conflict, adminFingerprint);
			if (treatment.write) throw new Error("Somebody who stands there would be written over.");
			const [may, has] = [powerOf(made), powerOf(before)];
			const { outcome, codes } = TOLD[meeting(may, has)];
			expect(losses.map(({ code }) => code)).toEqual(codes);
			const policed = outcome === "skipped" && conflict === "fail" ? "quarantined" : outcome;
			expect(treatment.result.outcome).toBe(policed);
		}),
		{ numRuns: 500 }
	));
