import type { Target, Write } from "../../connectors/connector";
import { openMarzban } from "../../connectors/marzban";
import { type SmallMarzban, startSmallMarzban } from "./support/marzban";
import { connect, STATES, write } from "./support/marzban-users";

let panel: SmallMarzban;
let target: Target;
beforeEach(async () => {
	panel = await startSmallMarzban();
	target = openMarzban(connect(panel.url, { settleMs: 20, retryBaseMs: 1 }));
});
afterEach(async () => {
	await target.close();
	await panel.close();
});

test("under failures of a tenth, half of them after the work, all users are there exactly once", async () => {
	let seed = 7;
	const random = () => {
		seed = (seed * 16_807) % 2_147_483_647;
		return seed / 2_147_483_647;
	};
	panel.hook = ({ path }) => {
		if (path === "/api/admin/token" || random() > 0.1) return undefined;
		const replies = [{ status: 500, text: "no", hangUp: true }, { cut: true }, { status: 502, text: "no" }];
		return { ...replies[Math.floor(random() * 3)], afterCommit: random() < 0.5 };
	};
	const states = Object.values(STATES);
	const writes = Array.from({ length: 200 }, (_, i) => write(`many_${i}`, states[i % states.length]));
	const persist = async (one: Write): Promise<void> => {
		await target.write("users", one).catch((error: { details?: { retryable?: boolean } }) => {
			if (!error.details?.retryable) throw error;
			return persist(one);
		});
	};
	await Promise.all(writes.map(persist));
	panel.hook = () => undefined;
	expect(panel.users.size).toBe(200);
	const found = await target.find(
		"users",
		writes.map(({ name }) => name)
	);
	const wanted = writes.map(one => target.fingerprint("users", one.data)).sort();
	expect(found.map(record => target.fingerprint("users", record.data)).sort()).toEqual(wanted);
	expect(
		panel.seen.filter(state => /^many_\d+ (active|on_hold) open$/.test(state)).map(state => state.split(" ")[0])
	).not.toContain("many_1");
	expect(target.load?.("users").limit).toBeLessThanOrEqual(2);
});
