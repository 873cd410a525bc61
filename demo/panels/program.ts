/**
 * Runs one sample panel as a program:
 * `tsx demo/panels/serve.ts marzneshin|marzban [--port 0] [--file panel.sqlite] [--create-ms 9] [--users N] …`
 * It prints `{"panel":…,"url":…}` once it listens and ends on SIGTERM or SIGINT.
 */
import { once } from "node:events";
import { parseArgs } from "node:util";
import { type MarzbanOptions, startMarzban } from "./marzban";
import { namings } from "./marzban/names";
import { type MarzneshinOptions, startMarzneshin } from "./marzneshin";
import type { Panel } from "./panel";

const text = { type: "string" } as const;

/** What it takes. */
const OPTIONS = {
	port: text,
	file: text,
	username: text,
	password: text,
	"create-ms": text,
	"login-ms": text,
	"job-seconds": text,
	"collapse-at": text,
	"pool-ms": text,
	"subscription-prefix": text,
	"fault-rate": text,
	"fault-after-commit": text,
	"fault-seed": text,
	seed: text,
	users: text,
	"users-seed": text,
	naming: text,
	"auth-algorithm": text,
	master: { type: "boolean" },
	help: { type: "boolean" }
} as const;

const USAGE = `Usage: serve.js marzneshin|marzban [options]\n\n  ${Object.keys(OPTIONS)
	.map(name => `--${name}`)
	.join(" ")}\n`;

/** Read in `main`, where what is wrong is told in a line. */
let values: ReturnType<typeof read>["values"];
const read = () => parseArgs({ allowPositionals: true, options: OPTIONS });

function number<K extends string>(key: K, value: string | undefined): Partial<Record<K, number>> {
	if (value === undefined) return {};
	if (value.trim() === "" || Number.isNaN(Number(value))) throw new Error(`${key} is no number: ${value}`);
	return { [key]: Number(value) } as Record<K, number>;
}

function naming(): Pick<MarzbanOptions, "naming"> {
	const chosen = namings.find(name => name === values.naming);
	if (values.naming !== undefined && !chosen) throw new Error(`naming is one of ${namings.join(", ")}`);
	return chosen ? { naming: chosen } : {};
}

function options(): MarzneshinOptions & MarzbanOptions {
	const { username = "admin", password = "admin123" } = values;
	const prefix = values["subscription-prefix"];
	return {
		sudo: { username, password },
		...naming(),
		...(values.file === undefined ? {} : { file: values.file }),
		...(prefix === undefined ? {} : { subscriptionPrefix: prefix }),
		...number("port", values.port),
		...number("createMs", values["create-ms"]),
		...number("loginMs", values["login-ms"]),
		...number("jobSeconds", values["job-seconds"]),
		...number("collapseAt", values["collapse-at"]),
		...number("poolMs", values["pool-ms"]),
		...number("seed", values.seed),
		...number("users", values.users),
		...number("usersSeed", values["users-seed"]),
		authAlgorithm: values["auth-algorithm"] === "plain" ? "plain" : "xxh128",
		version: values.master ? "master" : "v0.7.4",
		faults: {
			rate: 0,
			...number("rate", values["fault-rate"]),
			...number("afterCommit", values["fault-after-commit"]),
			...number("seed", values["fault-seed"])
		}
	};
}

const starts: Readonly<Record<string, (options: MarzneshinOptions & MarzbanOptions) => Promise<Panel>>> = {
	marzneshin: startMarzneshin,
	marzban: startMarzban
};

async function main(): Promise<void> {
	const given = read();
	values = given.values;
	if (values.help) {
		process.stdout.write(USAGE);
		return;
	}
	const start = starts[`${given.positionals[0]}`];
	if (!start) throw new Error(`name a panel: ${Object.keys(starts).join(" or ")}`);
	const panel = await start(options());
	process.stdout.write(`${JSON.stringify({ panel: panel.panel, url: panel.url })}\n`);
	await Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
	await panel.close();
}

main().catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
	process.exitCode = 1;
});
