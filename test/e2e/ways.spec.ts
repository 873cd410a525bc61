/** A move between panels that are reached by ways of their own, and what is kept of the secrets of those ways. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStage } from "../support/banyan";
import { guard, makeAuthority, startProxy } from "../support/ways";

const [HEADER, WRITTEN, NAMED] = ["CF-Access-Client-Secret", "written-in-the-definition", "named-in-the-environment"];

it("a run goes by headers, certificates and a proxy from its first request to its last, and says what is insecure", async () => {
	const folder = mkdtempSync(join(tmpdir(), "banyan-ways-"));
	const authority = makeAuthority(folder);
	const tls = { cert: readFileSync(authority.serverCert), key: readFileSync(authority.serverKey) };
	await using stage = await openStage({ users: 230 });
	await using before = await guard(stage.source, { tls, header: [HEADER, NAMED] });
	await using behind = await guard(stage.target, {
		tls: { ...tls, ca: readFileSync(authority.ca), requestCert: true, rejectUnauthorized: true },
		header: [HEADER, WRITTEN]
	});
	await using proxy = await startProxy("banyan:proxy-password");
	const login = { username: "admin", password: "admin123" };
	const file = stage.define({
		source: {
			connector: "marzneshin",
			url: before.url,
			...login,
			headers: { [HEADER]: "${GATE}" },
			insecure: true
		},
		target: {
			connector: "marzban",
			url: behind.url,
			...login,
			headers: { [HEADER]: WRITTEN },
			caFile: authority.ca,
			certFile: authority.clientCert,
			keyFile: authority.lockedKey,
			passphrase: "open sesame",
			proxy: proxy.url.replace("//", "//banyan:proxy-password@")
		}
	});
	const environment = { GATE: NAMED };
	const ended = await stage.banyan(["migration", "run", file], environment).ended;
	expect(ended.stdout + ended.stderr).toContain("239 of 239 accounted for · 0 differences");
	expect([before.refused, behind.refused]).toEqual([[], []]);
	expect(before.passed.length).toBeGreaterThan(10);
	expect(proxy.tunnels.length).toBeGreaterThan(0);

	const told: Record<string, string> = {};
	for (const command of ["status", "logs", "report"]) {
		const { stdout, stderr } = await stage.banyan(["migration", command, "panel", "--json"], environment).ended;
		told[command] = stdout + stderr;
	}
	const plan = await stage.banyan(
		["migration", "plan", stage.define(JSON.parse(readFileSync(file, "utf8")), "again")],
		environment
	).ended;
	expect(plan.stdout).toMatch(/! source: insecure is set: whoever answers for .* is believed/);
	expect(plan.stdout).toMatch(/marzneshin 0\.7\.x as admin \(\S+\) → marzban 0\.8\.4 as admin/);
	expect(told.status).toMatch(/insecure is set/);
	expect(JSON.parse(told.status ?? "")).toMatchObject({ source: { version: "0.7.x" }, target: { version: "0.8.4" } });
	expect(told.logs).toMatch(/insecure is set/);

	const kept = readdirSync(join(stage.folder, "data")).map(name =>
		readFileSync(join(stage.folder, "data", name), "latin1")
	);
	for (const text of [...kept, ...Object.values(told), plan.stdout, ended.stdout, ended.stderr])
		expect(text).not.toMatch(/written-in-the-definition|named-in-the-environment|proxy-password|open sesame/);
	rmSync(folder, { recursive: true, force: true });
}, 180_000);
