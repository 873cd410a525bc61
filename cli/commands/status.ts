import type { Client } from "../client";
import { type Flags, print } from "../command";
import { EXIT } from "../exit";
import { statusText } from "../text";

export async function status(client: Client, name: string | undefined, { json }: Flags): Promise<number> {
	const found =
		name === undefined ? await client.call("migration.list", {}) : [await client.call("migration.status", { name })];
	if (json) print(JSON.stringify(name === undefined ? found : found[0]));
	else print(found.map(statusText).join("\n\n") || "There is no migration in this data folder.");
	return EXIT.clean;
}
