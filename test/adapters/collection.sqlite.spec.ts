import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openCollection } from "../support/collections";
import { collectionConformance, type Opened } from "./collection.conformance";
import { type Note, SHAPE } from "./collection.model";

const folders: string[] = [];
afterAll(() => {
	for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function opened(folder: string): Promise<Opened> {
	const { collection, adapter, close } = await openCollection<Note>(SHAPE, folder);
	return {
		collection,
		adapter,
		close,
		again: async () => {
			await close();
			return await opened(folder);
		}
	};
}

collectionConformance("a collection in SQLite", () => {
	const folder = mkdtempSync(join(tmpdir(), "banyan-collection-"));
	folders.push(folder);
	return opened(folder);
});
