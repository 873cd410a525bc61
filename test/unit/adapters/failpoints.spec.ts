import { FAILPOINTS, readFailpoint } from "../../../adapters/failpoints";

describe("a failpoint", () => {
	it("is a known place, a count and an action", () => {
		for (const name of FAILPOINTS)
			expect(readFailpoint(`${name}@2=kill`)).toEqual({ name, left: 2, signal: "SIGKILL" });
		expect(readFailpoint("socket@1=stop")).toMatchObject({ signal: "SIGSTOP" });
	});
	it.each(["", "socket", "socket@0=kill", "nowhere@1=kill", "socket@1=burn", "socket@x=kill"])("is not '%s'", spec => {
		expect(readFailpoint(spec)).toBeUndefined();
	});
});
