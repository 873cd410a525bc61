import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SqliteAdapter } from "../../adapters/collection";
import { moleculerDbConformance } from "./moleculer-db.conformance";

const dir = mkdtempSync(join(tmpdir(), "banyan-moleculer-db-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let files = 0;
moleculerDbConformance(
	"SQLite",
	() => new SqliteAdapter(join(dir, `posts${files++}.db`), { unique: ["slug"], indexes: ["votes"] })
);
