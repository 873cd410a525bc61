/** nginx and Caddy as `scripts/servers.sh` installs them, on a free port, with a configuration and a folder of their own. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

export interface ProxyServer extends AsyncDisposable {
	readonly url: string;
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as { port: number };
	server.close();
	await once(server, "close");
	return port;
}

/** @param links the file of `banyan migration links` · @param panel where the target answers */
export async function startNginx(folder: string, links: string, panel: string): Promise<ProxyServer> {
	const port = await freePort();
	mkdirSync(folder, { recursive: true });
	const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
		kind => `${kind}_temp_path ${join(folder, kind)};`
	);
	writeFileSync(
		join(folder, "nginx.conf"),
		`pid ${join(folder, "pid")};
error_log stderr warn;
${process.getuid?.() === 0 ? "user root;" : ""}
events {}
http {
	access_log off;
	${paths.join(" ")}
	include ${links};
	server {
		listen 127.0.0.1:${port};
		location / { return 404 "no link"; }
		location ~ /sub/[^/]+/[^/]+ {
			if ($banyan_link = "") { return 404 "nobody"; }
			rewrite ^ $banyan_link break;
			proxy_pass ${panel};
		}
	}
}
`
	);
	const nginx = existsSync("/usr/sbin/nginx") ? "/usr/sbin/nginx" : "nginx";
	const args = ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr", "-g", "daemon off;"];
	return started(nginx, args, {}, port);
}

/** @param links the file of `banyan migration links` · @param panel where the target answers */
export async function startCaddy(folder: string, links: string, panel: string): Promise<ProxyServer> {
	const port = await freePort();
	mkdirSync(folder, { recursive: true });
	const file = join(folder, "Caddyfile");
	writeFileSync(
		file,
		`{
	admin off
	auto_https off
}
http://127.0.0.1:${port} {
	import ${links}
	handle @banyan_link {
		rewrite * {banyan_link}
		reverse_proxy ${panel}
	}
	respond "nobody" 404
}
`
	);
	const args = ["run", "--config", file, "--adapter", "caddyfile"];
	return started("caddy", args, { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }, port);
}

async function started(
	program: string,
	args: readonly string[],
	environment: Record<string, string>,
	port: number
): Promise<ProxyServer> {
	const { PATH, HOME } = process.env;
	const child = spawn(program, args, {
		env: { PATH, HOME, NODE_ENV: "test", ...environment } as NodeJS.ProcessEnv,
		stdio: ["ignore", "pipe", "pipe"]
	});
	let said = "";
	for (const stream of [child.stdout, child.stderr])
		stream.on("data", (chunk: Buffer) => {
			said += chunk.toString();
		});
	const failed = new Promise<never>((_, reject) => {
		child.once("error", () => reject(new Error(`There is no ${program}: run scripts/servers.sh.`)));
		child.once("exit", code => reject(new Error(`${program} ended with ${code}: ${said}`)));
	});
	failed.catch(() => undefined);
	const url = `http://127.0.0.1:${port}`;
	await Promise.race([failed, answers(url)]);
	return { url, [Symbol.asyncDispose]: () => ended(child) };
}

async function answers(url: string): Promise<void> {
	for (let tries = 0; tries < 200; tries++) {
		if (
			await fetch(url).then(
				() => true,
				() => false
			)
		)
			return;
		await new Promise(resolve => setTimeout(resolve, 50));
	}
	throw new Error(`Nothing answers at ${url}.`);
}

async function ended(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	child.kill("SIGTERM");
	await once(child, "exit");
}
