/** Collections as a node without servers has them, for a test: in a folder of their own, or in one that is given. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Records, type Shape, SqliteAdapter } from "../../adapters/collection";
import type { SqliteOptions } from "../../adapters/collection/sqlite";

export interface OpenedCollection<T extends object> extends AsyncDisposable {
	readonly collection: Records<T>;
	readonly adapter: SqliteAdapter;
	readonly file: string;
	close(): Promise<void>;
}

export async function openCollection<T extends object>(
	shape: Shape<T>,
	given?: string,
	options: SqliteOptions = {}
): Promise<OpenedCollection<T>> {
	const folder = given ?? mkdtempSync(join(tmpdir(), "banyan-collection-"));
	const file = join(folder, `${shape.name}.db`);
	const adapter = new SqliteAdapter(file, { ...shape, ...options });
	await adapter.connect();
	const close = async (): Promise<void> => {
		await adapter.disconnect();
		if (given === undefined) rmSync(folder, { recursive: true, force: true });
	};
	return { collection: new Records(adapter, shape), adapter, file, close, [Symbol.asyncDispose]: close };
}
