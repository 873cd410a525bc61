/** People in SQLite, as two processes share the file. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openCollection } from "../../../support/collections";
import { type People, SHAPE } from "../../../support/people";
import { peopleSuite, type Shared } from "../../../support/people-suite";

async function open(): Promise<Shared> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-people-"));
	const [one, other] = [await openCollection(SHAPE, folder), await openCollection(SHAPE, folder)];
	return {
		nodes: [one.collection as People, other.collection as People],
		[Symbol.asyncDispose]: async () => {
			await one.close();
			await other.close();
			rmSync(folder, { recursive: true });
		}
	};
}

peopleSuite("people in SQLite", open, { runs: 25, many: 50 });
