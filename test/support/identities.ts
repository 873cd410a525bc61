/** Authorities and identities for tests, in a folder. */

import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { authoritiesIn, identityIn } from "../../adapters/identity/files";
import { IdentityFolder, type Wanted } from "../../adapters/identity/folder";
import type { Identity } from "../../adapters/identity/identity";
import { Authorities } from "../../domain/platform/identity/authorities";

export class TestAuthority {
	readonly folder = mkdtempSync(join(tmpdir(), "banyan-identities-"));
	readonly own = new IdentityFolder(this.folder);

	constructor() {
		this.own.init();
	}

	/** @param name of the node, and of the identity */
	issue(name: string, services: readonly string[], more: Partial<Wanted> = {}, nowMs = Date.now()): Identity {
		return identityIn(this.own.issue({ name, nodes: [name], services, days: 1, ...more }, nowMs));
	}

	/** Of all of these. */
	static trusting(...authorities: readonly TestAuthority[]): Authorities {
		const all = authorities.map(({ own }) => authoritiesIn(own.authorities));
		const trusted = new Authorities();
		trusted.take({ keys: all.flatMap(({ keys }) => keys), withdrawn: all.flatMap(({ withdrawn }) => withdrawn) });
		return trusted;
	}

	/** What nodes are given. */
	variables(name: string, mode: "accept" | "require" = "require"): Record<string, string> {
		return {
			NODE_IDENTITY: mode,
			NODE_IDENTITY_FILE: this.own.file(name),
			NODE_AUTHORITIES_FILE: this.own.authorities
		};
	}

	get text(): string {
		return readFileSync(this.own.authorities, "utf8");
	}
}
