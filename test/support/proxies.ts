/** nginx and Caddy with the files of docs/proxy, on free ports of the loopback; only addresses and folders are filled in. */

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request as plain } from "node:http";
import { request as secure } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./servers";

const DOCS = join(__dirname, "..", "..", "docs", "proxy");

/** The names of the files. */
const API = "banyan.example.com";
const LINKS = "sub.example.com";

export interface Site {
	readonly name: string;
	readonly port: number;
	/** The certificate it must have; undefined where it speaks in the clear. */
	readonly ca: string | undefined;
}

export interface StartedProxy extends AsyncDisposable {
	readonly api: Site;
	readonly links: Site;
	/** Where it leads from http to https, if it does. */
	readonly redirecting: Site | undefined;
	/** All that it wrote down until now. */
	log(): string;
}

/** @param upstream host and port of the gateway */
export type StartProxy = (upstream: string) => Promise<StartedProxy>;

/** A text of docs with other values; each of them must be there. */
function filled(file: string, values: Readonly<Record<string, string>>): string {
	let text = readFileSync(join(DOCS, file), "utf8");
	for (const [from, to] of Object.entries(values)) {
		if (!text.includes(from)) throw new Error(`docs/proxy/${file} has no '${from}' to fill in.`);
		text = text.replaceAll(from, to);
	}
	return text;
}

/** Callers of these addresses may use the API; others of the loopback may not. */
const OPERATORS = "127.0.0.0/24";

export const startNginx: StartProxy = async upstream => {
	const folder = mkdtempSync(join(tmpdir(), "banyan-nginx-"));
	const [tls, clear] = [await freePort(), await freePort()];
	const ca = certificate(folder);
	const gateway = join(folder, "gateway.conf");
	writeFileSync(gateway, filled("nginx-gateway.conf", {}));
	const sites = filled("nginx.conf", {
		"127.0.0.1:8000": upstream,
		"listen 443 ssl;": `listen 127.0.0.1:${tls} ssl;`,
		"listen 80;": `listen 127.0.0.1:${clear};`,
		[`/etc/letsencrypt/live/${API}`]: folder,
		"/etc/nginx/snippets/banyan-gateway.conf": gateway,
		"/var/log/nginx": folder,
		"192.0.2.0/24": OPERATORS
	});
	const whole = `daemon off; ${process.getuid?.() === 0 ? "user root;" : ""}
		pid ${folder}/pid; error_log ${folder}/error.log;
		events {}
		http {
			${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(each => `${each}_temp_path ${folder}/${each};`).join(" ")}
			${sites}
		}`;
	writeFileSync(join(folder, "nginx.conf"), whole);
	const end = await started("/usr/sbin/nginx", ["-c", join(folder, "nginx.conf"), "-e", "stderr"], folder, tls);
	return {
		api: { name: API, port: tls, ca },
		links: { name: LINKS, port: tls, ca },
		redirecting: { name: LINKS, port: clear, ca: undefined },
		log: () => logsOf(folder),
		[Symbol.asyncDispose]: end
	};
};

export const startCaddy: StartProxy = async upstream => {
	const folder = mkdtempSync(join(tmpdir(), "banyan-caddy-"));
	const port = await freePort();
	const text = filled("Caddyfile", {
		"127.0.0.1:8000": upstream,
		"\tlog {": `\tadmin off\n\tdefault_bind 127.0.0.1\n\tlog {\n\t\toutput file ${folder}/caddy.log`,
		[`${API} {`]: `http://${API}:${port} {`,
		[`${LINKS} {`]: `http://${LINKS}:${port} {`,
		"192.0.2.0/24": OPERATORS
	});
	writeFileSync(join(folder, "Caddyfile"), text);
	const end = await started("caddy", ["run", "--config", join(folder, "Caddyfile")], folder, port);
	return {
		api: { name: API, port, ca: undefined },
		links: { name: LINKS, port, ca: undefined },
		redirecting: undefined,
		log: () => logsOf(folder),
		[Symbol.asyncDispose]: end
	};
};

/** One that signs itself, for both names. */
function certificate(folder: string): string {
	const file = (name: string): string => join(folder, name);
	const names = `subjectAltName=DNS:${API},DNS:${LINKS}`;
	const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", file("privkey.pem")];
	const args = ["req", "-x509", ...key, "-out", file("fullchain.pem"), "-subj", `/CN=${API}`, "-addext", names];
	execFileSync("openssl", args, { stdio: "ignore" });
	return readFileSync(file("fullchain.pem"), "utf8");
}

const logsOf = (folder: string): string =>
	readdirSync(folder)
		.filter(name => name.endsWith(".log"))
		.map(name => readFileSync(join(folder, name), "utf8"))
		.join("");

/** Answers what ends it, when it listens. */
async function started(binary: string, args: readonly string[], folder: string, port: number) {
	const home = join(folder, "home");
	mkdirSync(home);
	chmodSync(folder, 0o700);
	const env = { PATH: `${process.env.PATH}:/usr/sbin`, HOME: home } as NodeJS.ProcessEnv;
	const child = spawn(binary, args, { env, stdio: ["ignore", "ignore", "pipe"] });
	let said = "";
	child.stderr.on("data", (chunk: Buffer) => {
		said += chunk.toString();
	});
	let failed: Error | undefined;
	child.once("error", () => {
		failed = new Error(`There is no ${binary}: run scripts/servers.sh.`);
	});
	const end = async (): Promise<void> => {
		if (child.exitCode === null && child.signalCode === null && !failed) {
			child.kill("SIGTERM");
			await once(child, "exit");
		}
		rmSync(folder, { recursive: true, force: true });
	};
	for (let attempt = 0; !(await listens(port)); attempt++) {
		if (child.exitCode !== null) failed ??= new Error(`${binary} ended with ${child.exitCode}:\n${said}`);
		if (attempt > 200) failed ??= new Error(`${binary} does not listen:\n${said}`);
		if (failed) {
			await end();
			throw failed;
		}
		await sleep(50);
	}
	return end;
}

const listens = (port: number): Promise<boolean> =>
	new Promise(resolve => {
		const socket = connect(port, "127.0.0.1");
		socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
		socket.once("connect", () => socket.destroy());
	});

export interface Call {
	readonly method?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
	/** The address the caller has. @default 127.0.0.1 */
	readonly from?: string;
}

/** The beginning of an answer: its head is there, its body is to be read. */
export function begin(
	{ name, port, ca }: Site,
	path: string,
	{ method = "GET", headers = {}, body, from = "127.0.0.1" }: Call = {}
): Promise<IncomingMessage> {
	const common = { host: "127.0.0.1", port, path, method, localAddress: from, agent: false } as const;
	const options = { ...common, headers: { host: name, ...headers } };
	return new Promise((resolve, reject) => {
		const asked = ca === undefined ? plain(options, resolve) : secure({ ...options, ca, servername: name }, resolve);
		asked.once("error", reject);
		asked.end(body);
	});
}

export interface Whole {
	readonly status: number;
	readonly headers: IncomingMessage["headers"];
	readonly text: string;
}

export async function whole(site: Site, path: string, call: Call = {}): Promise<Whole> {
	const answer = await begin(site, path, call);
	answer.setEncoding("utf8");
	let text = "";
	for await (const chunk of answer) text += chunk as string;
	return { status: answer.statusCode as number, headers: answer.headers, text };
}
