/** A data folder of an earlier version is opened and carried on: keys, runs that are over, one in its midst, plans. */

import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Door, openDoor } from "../support/door";
import { holdings } from "../support/holdings";
import { openRecorded, type Recorded } from "../support/recorded-folder";
import { until } from "../support/until";

/** The first that was kept, and the last release. */
const COMMITS = ["e3da458", "9b23548"] as const;

describe.each(COMMITS)("a data folder of %s", commit => {
	let folder: string;
	let recorded: Recorded;
	let door: Door;
	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), "banyan-earlier-"));
		recorded = await openRecorded(commit, folder);
		door = await openDoor(folder, {
			DATA_DIR: recorded.data,
			SOURCE_PASSWORD: "admin123",
			TARGET_PASSWORD: "admin123"
		});
	});
	afterAll(async () => {
		await door?.[Symbol.asyncDispose]();
		await recorded?.[Symbol.asyncDispose]();
		rmSync(folder, { recursive: true, force: true });
	});

	const said = JSON.parse(readFileSync(join(__dirname, "../fixtures/data-folder", commit, "said.json"), "utf8"));
	const statusOf = async (name: string) => (await door.ask(`/api/v1/migrations/${name}`)).json;
	const begin = async (name: string, what: "start" | "rollback"): Promise<void> => {
		const { status, text } = await door.ask(`/api/v1/migrations/${name}/${what}`, { method: "POST", body: {} });
		if (status !== 202) throw new Error(text);
	};
	const rests = (name: string, phase: string): Promise<void> =>
		until(async () => {
			const { running, phase: now, failure } = await statusOf(name);
			if (failure) throw new Error(`'${name}' failed: ${JSON.stringify(failure)}`);
			return !running && now === phase;
		}, `'${name}' is ${phase}`);

	it("its API keys work, and the revoked one stays revoked", async () => {
		const { status, json } = await door.ask("/api/v1/api-keys", { key: said.key });
		expect([status, json.map(({ name }: { name: string }) => name)]).toEqual([200, ["the first one", "reader"]]);
	});

	it("the run that was killed goes on by itself to its end", async () => {
		await rests("halfway", "finished");
		const { verdict, streams } = await statusOf("halfway");
		expect(verdict).toMatchObject({ total: 45, accountedFor: 45, differences: 0 });
		expect(streams).toMatchObject([
			{ stream: "admins", read: 9 },
			{ stream: "users", read: 36, complete: true }
		]);
		const there = recorded.panels.second.db.prepare("SELECT count(*) AS count FROM users").get();
		expect(Number(there?.count)).toBe(36);
	});

	it("the run that was over says what it said", async () => {
		for (const stream of ["admins", "users"]) {
			const { json } = await door.ask(`/api/v1/migrations/moved/report?stream=${stream}`);
			expect(json.lines).toEqual(said[stream]);
		}
		expect(await statusOf("returned")).toMatchObject({ phase: "rolled-back" });
	});

	it("the run that was over is rolled back, also what it had overwritten", async () => {
		await begin("moved", "rollback");
		await rests("moved", "rolled-back");
		const [theirs, ...others] = holdings(recorded.panels.first);
		expect([theirs, others]).toEqual([expect.objectContaining({ username: "ali_rezaei", note: "here before" }), []]);
	});

	it("what was only planned begins", async () => {
		await begin("planned", "start");
		await rests("planned", "finished");
		expect((await statusOf("planned")).verdict).toMatchObject({ accountedFor: 36, differences: 0 });
	});

	it("all files in it are their owner's alone from then on", () => {
		for (const name of ["events.db", "projections.db", "links.db", "keys.db", "secret.key"])
			expect([name, statSync(join(recorded.data, name)).mode & 0o777]).toEqual([name, 0o600]);
	});
});
