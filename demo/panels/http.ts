/** The HTTP half that both sample panels share: routing, the manners of FastAPI and uvicorn, faults and load. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import findMyWay, { type HTTPMethod, type HTTPVersion, type Instance } from "find-my-way";
import { type Answer, failed, notFound, Refusal, refused, text } from "./answers";
import { type Call, decoded, formOf, raw } from "./call";
import { type Fault, FaultSource, type Faults, faceOf } from "./faults";
import type { Work } from "./load";

export interface Route {
	readonly method: "GET" | "POST" | "PUT" | "DELETE";
	/** A template: `/api/users/:username`. */
	readonly path: string;
	/** Reads a JSON body, decoded before anything else. @default false */
	readonly json?: boolean;
	/** What it costs, as a share of a create. @default 0 */
	readonly cost?: number;
	answer(call: Call): Answer | Promise<Answer>;
}

interface Match {
	readonly route: Route;
	readonly index: number;
	readonly params: Readonly<Record<string, string | undefined>>;
}

export class Front {
	readonly server: Server;
	readonly requests: Record<string, number> = {};
	private readonly router: Instance<HTTPVersion.V1>;
	private faults: FaultSource;
	private linkFaults: FaultSource;

	constructor(
		private readonly routes: readonly Route[],
		private readonly work: Work,
		faults: Faults
	) {
		this.faults = new FaultSource(faults);
		this.linkFaults = new FaultSource(faults.links ?? { rate: 0 });
		this.router = findMyWay({ maxParamLength: 5000 });
		routes.forEach((route, index) => {
			this.router.on(route.method as HTTPMethod, route.path, () => undefined, { route, index });
		});
		this.server = createServer((request, response) => void this.serve(request, response));
	}

	setFaults(faults: Faults): void {
		this.faults = new FaultSource(faults);
		this.linkFaults = new FaultSource(faults.links ?? { rate: 0 });
	}

	private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const bytes = await raw(request).catch(() => undefined);
		if (bytes === undefined) return;
		await this.work.resumed();
		this.work.inFlight++;
		try {
			send(response, await this.outcome(request, bytes));
		} finally {
			this.work.inFlight--;
		}
	}

	/** Undefined: the connection is cut without a word. */
	private async outcome(request: IncomingMessage, bytes: Buffer): Promise<Answer | undefined> {
		const url = new URL(request.url ?? "/", `http://${request.headers.host ?? "127.0.0.1"}`);
		const method = request.method ?? "GET";
		// As it was sent: the dots of a name are no way up here.
		const path = (request.url ?? "/").replace(/[?#].*$/, "");
		const match = this.match(method, path);
		if (!match) return this.unmatched(method, path, url);
		const name = `${method} ${match.route.path}`;
		this.requests[name] = (this.requests[name] ?? 0) + 1;
		const answer = (): Promise<Answer> => this.answer(match, request, url, bytes);
		if (!url.pathname.startsWith("/api/")) {
			const fault = this.linkFaults.draw(false);
			return fault ? fail(fault, answer) : answer();
		}
		const starved = this.work.starve();
		if (starved) await this.work.wait();
		const fault =
			starved ??
			this.faults.strike({ route: name, url, body: bytes.toString("utf8") }) ??
			this.faults.draw(method !== "GET");
		return fault ? fail(fault, answer) : answer();
	}

	private async answer(match: Match, request: IncomingMessage, url: URL, bytes: Buffer): Promise<Answer> {
		const { route, params } = match;
		try {
			const call: Call = {
				method: route.method,
				url,
				params,
				query: url.searchParams,
				headers: request.headers,
				body: route.json ? decoded(bytes) : undefined,
				form: () => formOf(bytes, request.headers["content-type"])
			};
			if (route.cost) await this.work.turn(route.cost);
			return await route.answer(call);
		} catch (error) {
			return error instanceof Refusal ? refused(error) : failed;
		}
	}

	/** uvicorn decodes the path before FastAPI looks for its route: a slash in a name parts it, however it is spelled. */
	private match(method: string, path: string): Match | undefined {
		const found = this.router.find(method as HTTPMethod, parted(path));
		// The router takes an empty segment for a parameter; FastAPI does not.
		if (!found || Object.values(found.params).includes("")) return undefined;
		const { route, index } = found.store as { route: Route; index: number };
		return { route, index, params: found.params };
	}

	/** The first route of the path, whatever its method: its method is the only one told in Allow. */
	private first(path: string): Match | undefined {
		const methods = new Set(this.routes.map(route => route.method));
		return [...methods]
			.flatMap(method => this.match(method, path) ?? [])
			.sort((left, right) => left.index - right.index)[0];
	}

	private unmatched(_method: string, sent: string, url: URL): Answer {
		const known = this.first(sent);
		if (known) return refused(new Refusal(405, "Method Not Allowed", { allow: known.route.method }));
		const path = sent.endsWith("/") ? sent.replace(/\/+$/, "") : `${sent}/`;
		if (path === "" || !this.first(path)) return refused(notFound());
		const location = `${url.origin}${path}${url.search}`;
		return { ...text("", "", 307), headers: { location } };
	}
}

const parted = (path: string): string => {
	try {
		return decodeURIComponent(path).split("/").map(encodeURIComponent).join("/");
	} catch {
		return path;
	}
};

async function fail(fault: Fault, answer: () => Promise<Answer>): Promise<Answer | undefined> {
	if (fault.afterCommit) await answer();
	return faceOf(fault);
}

/** After a 500 the server hangs up, without having announced it. */
function send(response: ServerResponse, answer: Answer | undefined): void {
	const { socket } = response;
	if (!answer) {
		socket?.resetAndDestroy();
		return;
	}
	// As bytes: a text would take the headers along in its own encoding, which is not theirs.
	const body = Buffer.from(answer.body);
	const length = { "content-length": body.length };
	const type = answer.type ? { "content-type": answer.type } : {};
	// The length last: Node reads a content-disposition behind it as UTF-8, which a name of Latin-1 is not.
	response.writeHead(answer.status, { server: "sample-panel", ...type, ...answer.headers, ...length });
	response.end(body, () => {
		if (answer.status === 500) socket?.destroySoon();
	});
}
