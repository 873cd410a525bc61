import { links } from "../../../../connectors/marzban/links";
import { tokenFor } from "../../../../demo/panels/marzban/tokens";

const SECOND = 1_790_000_000;
const at = (seconds: number): string => new Date((SECOND + seconds) * 1000).toISOString().slice(0, -1);
const token = tokenFor("کاربر, with a comma", "secret", SECOND);

describe("a link at the target is renewed", () => {
	it.each<[string, string | undefined, string | null, boolean]>([
		["where nobody was ever revoked", `/sub/${token}`, null, true],
		["where nothing is known of it", undefined, null, true],
		["where the revocation came before it", `https://shown/sub/${token}/`, at(-60), true],
		["not where it came after it", `/sub/${token}`, at(60), false],
		["not where it came after it, with a zone", `/sub/${token}`, `${at(1)}Z`, false],
		["not where nobody knows which came first", "/sub/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2VhbA", at(-60), false],
		["not where there was none", undefined, at(-60), false]
	])("%s", (_, kept, revokedAt, renewed) => {
		expect(links.mayRenew(kept, revokedAt)).toBe(renewed);
	});
});
