/**
 * Prints the users of a NATS account, with what each group of services may say and hear: a file to `include` within an account
 * of servers with `verify_and_map`. `npm run -s nats-users -- banyan stages=extractor,transformer gateway=gateway`; without
 * groups those of `make cluster`.
 */

import { CONTRACTS } from "../contracts/cluster";
import { permissionsOf, usersText } from "../domain/platform/nats-permissions";
import { GROUPS } from "../local/shape";

/** @param args the namespace, and groups as `name=service,service` @throws where one has no such form */
export function usersFor([namespace = "banyan", ...named]: readonly string[]): string {
	const groups = named.map(text => {
		const [, name = "", services = ""] = /^([a-z][a-z0-9-]*)=([\w,]+)$/.exec(text) ?? [];
		if (name === "") throw new Error(`'${text}' is no group: write name=service,service.`);
		return [name, services.split(",")] as const;
	});
	const known = groups.length > 0 ? Object.fromEntries(groups) : GROUPS;
	return `users: [\n${usersText(permissionsOf({ groups: known, contracts: CONTRACTS, namespace }))}\n]`;
}

if (require.main === module) {
	try {
		process.stdout.write(`${usersFor(process.argv.slice(2))}\n`);
	} catch (error) {
		process.stderr.write(`nats-users: ${error instanceof Error ? error.message : error}\n`);
		process.exitCode = 1;
	}
}
