import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Status } from "../../contracts/migration/migration";
import { openStage, type Stage } from "../support/banyan";
import { type Door, openDoor } from "../support/door";
import { until } from "../support/until";

const USERS = 60;
let stage: Stage;
let door: Door;
beforeAll(async () => {
	stage = await openStage({ users: USERS });
	door = await openDoor(stage.folder, { SOURCE_PASSWORD: "admin123", TARGET_PASSWORD: "admin123" });
});
afterAll(async () => {
	await door[Symbol.asyncDispose]();
	await stage[Symbol.asyncDispose]();
});

const status = async (): Promise<Status> => (await door.ask("/api/v1/migrations/panel")).json as Status;
const users = ({ streams }: Status): number => streams.find(({ stream }) => stream === "users")?.read ?? 0;
const atRest = async (): Promise<Status> => {
	await until(async () => !(await status()).running);
	return status();
};

describe("a few first, at a server", () => {
	it("stay a few when the server starts anew, and become all when they are asked for", async () => {
		const document = readFileSync(stage.definition, "utf8");
		await door.ask("/api/v1/migrations/plan", { method: "POST", body: { document } });
		await door.ask("/api/v1/migrations/panel/start", { method: "POST", body: { limit: 2 } });
		expect(users(await atRest())).toBe(2);
		await door.node.stop();
		door = await door.again();
		await sleep(1500);
		const said = await status();
		expect([users(said), said.running, said.paused]).toEqual([2, false, true]);
		await door.ask("/api/v1/migrations/panel/start", { method: "POST", body: {} });
		const whole = await atRest();
		expect([users(whole), whole.phase]).toEqual([USERS, "finished"]);
	});
});
