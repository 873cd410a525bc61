import type { Client } from "../client";
import { type Flags, print, readText } from "../command";
import { EXIT } from "../exit";
import { planText } from "../text";

export async function plan(client: Client, file: string, { json }: Flags): Promise<number> {
	const planned = await client.call("migration.plan", { document: readText(file) });
	print(json ? JSON.stringify(planned) : planText(planned));
	return planned.ok ? EXIT.clean : EXIT.refused;
}
