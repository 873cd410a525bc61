/** API keys: who may call from afar. */

import type { Scope } from "../../contracts/contract";
import type { ApiKey } from "../../contracts/platform/access";
import type { Client } from "../client";
import { type Flags, print, say } from "../command";
import { EXIT } from "../exit";

const keyText = ({ id, name, scopes, createdAt }: ApiKey): string =>
	`${id}  ${createdAt}  ${name}: ${scopes.join(", ")}`;

export async function createKey(client: Client, name: string, { scope = [], json }: Flags): Promise<number> {
	const scopes = [...new Set(scope)] as Scope[];
	const { key, ...made } = await client.call("access.create", { name, scopes });
	// Alone on standard output, so that it can go to a file or a secret store.
	print(json ? JSON.stringify({ ...made, key }) : key);
	say(
		`The key '${made.name}' (${made.id}) may: ${made.scopes.join(", ")}. It is shown this once; only a digest is kept.`
	);
	return EXIT.clean;
}

export async function listKeys(client: Client, { json }: Flags): Promise<number> {
	const keys = await client.call("access.list", {});
	if (json) print(JSON.stringify(keys));
	else for (const key of keys) print(keyText(key));
	return EXIT.clean;
}

export async function revokeKey(client: Client, id: string, { json }: Flags): Promise<number> {
	const revoked = await client.call("access.revoke", { id });
	print(json ? JSON.stringify(revoked) : `revoked: ${keyText(revoked)}`);
	return EXIT.clean;
}
