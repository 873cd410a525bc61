/** What stands between us and a panel: TLS with client certificates, an access proxy, an HTTP proxy. Real ones, on the loopback. */

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";

/** An authority with a server's and a client's certificate, made by openssl. */
export interface Authority {
	readonly ca: string;
	readonly serverCert: string;
	readonly serverKey: string;
	readonly clientCert: string;
	readonly clientKey: string;
	/** The client's key under the passphrase `open sesame`. */
	readonly lockedKey: string;
}

export function makeAuthority(folder: string, name = "ca"): Authority {
	const at = (file: string): string => join(folder, `${name}-${file}`);
	const openssl = (...args: string[]): void => void execFileSync("openssl", args, { stdio: "pipe" });
	const key = (file: string): string[] => [
		"-newkey",
		"ec",
		"-pkeyopt",
		"ec_paramgen_curve:prime256v1",
		"-nodes",
		"-keyout",
		at(file)
	];
	openssl("req", "-x509", ...key("ca.key"), "-out", at("ca.pem"), "-days", "2", "-subj", `/CN=${name}`);
	writeFileSync(at("server.ext"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
	writeFileSync(at("client.ext"), "extendedKeyUsage=clientAuth\n");
	for (const who of ["server", "client"]) {
		openssl("req", "-new", ...key(`${who}.key`), "-out", at(`${who}.csr`), "-subj", `/CN=${who}`);
		const signed = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-extfile", at(`${who}.ext`)];
		openssl("x509", "-req", "-in", at(`${who}.csr`), "-out", at(`${who}.pem`), "-days", "2", ...signed);
	}
	openssl("pkcs8", "-topk8", "-in", at("client.key"), "-out", at("locked.key"), "-passout", "pass:open sesame");
	return {
		ca: at("ca.pem"),
		serverCert: at("server.pem"),
		serverKey: at("server.key"),
		clientCert: at("client.pem"),
		clientKey: at("client.key"),
		lockedKey: at("locked.key")
	};
}

export interface Guarded extends AsyncDisposable {
	readonly url: string;
	/** `GET /api/users`, of what was let through. */
	readonly passed: string[];
	/** The same, of what was not. */
	readonly refused: string[];
}

interface GuardOptions {
	readonly tls?: ServerOptions;
	/** Whoever does not send it sees the access proxy's own page. */
	readonly header?: readonly [name: string, value: string];
}

/** Stands before a panel and gives on what it lets pass. */
export async function guard(panel: { readonly url: string }, { tls, header }: GuardOptions): Promise<Guarded> {
	const [passed, refused]: string[][] = [[], []];
	const serve = (incoming: IncomingMessage, response: ServerResponse): void => {
		const what = `${incoming.method} ${(incoming.url ?? "").replace(/\?.*/, "")}`;
		if (header && incoming.headers[header[0].toLowerCase()] !== header[1]) {
			refused?.push(what);
			response.writeHead(403, { "content-type": "text/html" }).end("<h1>Access denied</h1>");
			return;
		}
		passed?.push(what);
		const onwards = request(
			panel.url + incoming.url,
			{ method: incoming.method, headers: incoming.headers },
			answer => {
				response.writeHead(answer.statusCode ?? 502, answer.headers);
				answer.pipe(response);
			}
		);
		onwards.on("error", () => response.destroy());
		incoming.pipe(onwards);
	};
	const server = tls ? createTlsServer(tls, serve) : createServer(serve);
	return {
		...(await listening(server, tls ? "https" : "http")),
		passed: passed as string[],
		refused: refused as string[]
	};
}

export interface HttpProxy extends AsyncDisposable {
	readonly url: string;
	/** The addresses of its tunnels, `host:port`. */
	readonly tunnels: string[];
	/** What it asked itself, `GET http://…`. */
	readonly forwarded: string[];
	/** Headers of the last CONNECT or request that it saw. */
	readonly seen: { headers: IncomingMessage["headers"] };
}

/** A forward proxy as squid is one: tunnels by CONNECT, plain addresses asked by itself. @param basic `user:password` */
export async function startProxy(basic?: string): Promise<HttpProxy> {
	const [tunnels, forwarded]: string[][] = [[], []];
	const seen = { headers: {} as IncomingMessage["headers"] };
	const open = new Set<Socket>();
	const lets = ({ headers }: IncomingMessage): boolean => {
		seen.headers = headers;
		return !basic || headers["proxy-authorization"] === `Basic ${Buffer.from(basic).toString("base64")}`;
	};
	const server = createServer((incoming, response) => {
		if (!lets(incoming)) return void response.writeHead(407, { "proxy-authenticate": "Basic" }).end();
		forwarded?.push(`${incoming.method} ${incoming.url}`);
		const { "proxy-authorization": _, ...headers } = incoming.headers;
		const onwards = request(incoming.url ?? "", { method: incoming.method, headers }, answer => {
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(response);
		});
		onwards.on("error", () => response.writeHead(502).end());
		incoming.pipe(onwards);
	});
	server.on("connect", (incoming: IncomingMessage, client: Socket) => {
		client.on("error", () => client.destroy());
		if (!lets(incoming)) return void client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
		tunnels?.push(incoming.url ?? "");
		const [host, port] = (incoming.url ?? "").split(":");
		const onwards = connect(Number(port), host);
		for (const socket of [client, onwards]) open.add(socket.on("close", () => open.delete(socket)));
		onwards.on("error", () => client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n"));
		onwards.on("connect", () => {
			client.write("HTTP/1.1 200 Connection established\r\n\r\n");
			client.pipe(onwards).pipe(client);
		});
	});
	const listened = await listening(server, "http");
	return {
		...listened,
		tunnels: tunnels as string[],
		forwarded: forwarded as string[],
		seen,
		[Symbol.asyncDispose]: async () => {
			for (const socket of open) socket.destroy();
			await listened[Symbol.asyncDispose]();
		}
	};
}

async function listening(server: ReturnType<typeof createServer>, scheme: string) {
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
		[Symbol.asyncDispose]: async () => {
			server.closeAllConnections();
			await new Promise(resolve => server.close(resolve));
		}
	};
}
