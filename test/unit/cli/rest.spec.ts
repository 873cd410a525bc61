import { rests, stoppedText } from "../../../cli/rest";
import { statusWith } from "../../support/statuses";

const here = (holder?: string) => ({ server: null, holder: () => holder });
const there = { server: "http://b" };
const idle = statusWith({ phase: "copying", running: false, failure: null, paused: false });
const failed = { ...idle, failure: { code: "LEASE_LOST", message: "Its lease was over." } };

describe("a migration that is watched", () => {
	it.each([
		["a server runs it", there, { ...idle, running: true }, false],
		["a server runs it no longer", there, idle, true],
		["another process works on the folder", here("7 (banyan)"), idle, false],
		["another process works on the folder, and said that it failed", here("7 (banyan)"), failed, true],
		["nobody works on the folder any more", here(), idle, true],
		["nobody works on the folder, but this process", { server: null }, idle, false]
	])("where %s", (_what, client, status, expected) => {
		expect(rests(client as never, status)).toBe(expected);
	});

	it("and was stopped says why, and what to do; one that is over, paused or not begun does not", () => {
		expect(stoppedText(failed)).toBe(
			"'panel' is copying and was stopped: Its lease was over. Nothing is lost: run it again to go on."
		);
		expect(stoppedText(idle)).toContain("Nobody is at work on it.");
		for (const phase of ["planned", "finished", "cancelled", "rolled-back"] as const)
			expect(stoppedText({ ...failed, phase })).toBeUndefined();
		expect(stoppedText({ ...idle, paused: true })).toBeUndefined();
	});
});
