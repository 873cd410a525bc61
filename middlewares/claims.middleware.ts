/**
 * What is too large for the bus goes from node to node over HTTP, and a claim on it in its place: packets beyond what NATS
 * takes, and streams of bytes, whatever their size. NATS has no back-pressure and cannot be told that nobody wants the rest.
 */

import { Readable } from "node:stream";
import type { Middleware, ServiceBroker } from "moleculer";
import { RotatingFiles } from "../adapters/certificate-files";
import type { Claim } from "../adapters/claims/claim";
import { Fetching } from "../adapters/claims/fetching";
import { failedAnswer, readStub, type Stub, stubOf } from "../adapters/claims/packet";
import { type HttpPlace, placeOf } from "../adapters/claims/place";
import { openPort, type Port } from "../adapters/claims/port";
import { NO_TLS_FILES, type TlsFiles } from "../adapters/transporter-address";
import { failure } from "../cluster/errors";
import { type Handler, middleware, type Receive, type Send } from "../cluster/middleware";
import { settingsFor, settingsOf } from "../cluster/settings";
import { mostMessageBytes } from "../cluster/transport";
import { answerUnbegun, goesApart } from "../cluster/wire";
import { gateway } from "../contracts/platform/gateway";
import { messageOf, propertyOf } from "../domain/unknown";
import { type Called, calling, type Part, serving } from "./claimed-streams";

/** What NATS takes whatever its settings are, in bytes. */
const SMALL = 16 * 1024;
/** A larger packet holds up those behind it, whatever NATS would take, in bytes. */
const LARGEST = 512 * 1024;
/** Of a packet's seal, and of what NATS adds, in bytes. */
const AROUND = 4 * 1024;
/** What a node keeps for others at once. */
const MOST_KEPT = 1_024;
const MOST_KEPT_BYTES = 256 * 2 ** 20;
/** Beyond the longest that a client may take nothing, in ms. */
const BEYOND_IDLE_MS = 10_000;

/** @param files of the certificate that it shows, and is shown; where there is none it speaks HTTP */
export function claims(place: HttpPlace, files: TlsFiles = NO_TLS_FILES): Middleware {
	let broker: ServiceBroker | undefined;
	let open: Open | undefined;
	const opened = (): Open => {
		if (!open) throw new Error("This node's port for bodies is not open yet.");
		return open;
	};
	return middleware({
		name: "claims",
		created(created: ServiceBroker) {
			broker = created;
		},
		async starting(starting: ServiceBroker) {
			open = await Open.for(starting, place, files);
		},
		async stopped() {
			await open?.close();
		},
		remoteAction: (next: Handler<Called>, action: Part) => calling(next, action, opened),
		localAction: (next: Handler<Called>, action: Part) => serving(next, action, { opened, own: () => broker?.nodeID }),
		transporterSend(next: Send): Send {
			return (topic, data, more) =>
				data.length <= SMALL ? next(topic, data, more) : opened().send(next, topic, data, more);
		},
		transporterReceive(next: Receive): Receive {
			return (kind, data, more) => {
				const stub = readStub(data);
				return stub ? opened().receive(next, kind, stub, more) : next(kind, data, more);
			};
		}
	});
}

/** A node's port and what it fetches. */
class Open {
	private constructor(
		private readonly broker: ServiceBroker,
		private readonly port: Port,
		private readonly fetching: Fetching,
		private readonly certificate: RotatingFiles | undefined
	) {}

	static async for(broker: ServiceBroker, place: HttpPlace, files: TlsFiles): Promise<Open> {
		const idleMs = settingsFor(broker, gateway).idleMs + BEYOND_IDLE_MS;
		const tell = (sentence: string): void => broker.logger.warn(sentence);
		const certificate = files.certFile === null ? undefined : new RotatingFiles(files, tell);
		const rules = { most: MOST_KEPT, mostBytes: MOST_KEPT_BYTES };
		const port = await openPort(await placeOf(place), idleMs, rules, certificate);
		// Others are told by the claims themselves; this is for whoever looks.
		Object.assign(broker.metadata, { http: { host: port.host, port: port.port } });
		return new Open(broker, port, new Fetching(idleMs, certificate), certificate);
	}

	keep(content: Buffer | Readable, forMany = false): Claim {
		try {
			return this.port.shelf.keep(content, forMany);
		} catch (error) {
			if (content instanceof Readable) content.destroy();
			throw failure("OVERLOADED", `${messageOf(error)} Ask again in a moment.`, { retryAfter: 1 });
		}
	}

	drop({ id }: Claim): void {
		this.port.shelf.drop(id);
	}

	stream(claim: Claim): Promise<Readable> {
		return this.fetching.stream(claim);
	}

	/** What NATS takes goes as it is. */
	async send(next: Send, topic: string, data: Buffer, more: Parameters<Send>[2]): Promise<unknown> {
		const { type, target, payload } = more.packet;
		const most = Math.min(mostMessageBytes(this.broker) ?? LARGEST, LARGEST) - AROUND;
		if (data.length <= most || !CLAIMED.has(type)) return next(topic, data, more);
		const said = {
			id: fieldOf(payload, "id"),
			action: fieldOf(payload, "action"),
			sender: this.broker.nodeID,
			ver: fieldOf(payload, "ver")
		};
		if (type === "REQ") goesApart(this.broker, said.id);
		try {
			return await next(topic, stubOf({ ...said, claim: this.keep(data, !target) }), more);
		} catch (error) {
			// Whoever asked would wait for it until its time is over.
			if (type !== "RES") throw error;
			return next(topic, failedAnswer(said, messageOf(error)), more);
		}
	}

	async receive(next: Receive, kind: string, said: Stub, more: unknown): Promise<unknown> {
		const call = kind === "RES" ? goesApart(this.broker, said.id) : undefined;
		const stub = call ? { ...said, action: call.action.name } : said;
		try {
			return await next(kind, await this.fetching.bytes(stub.claim), more);
		} catch (error) {
			this.broker.logger.warn(`A packet (${kind}) of '${stub.sender}' cannot be had: ${messageOf(error)}`);
			return this.failed(next, kind, stub, more, messageOf(error));
		}
	}

	/** Whoever waits for it hears of it now. */
	private failed(next: Receive, kind: string, stub: Stub, more: unknown, why: string): unknown {
		if (kind === "RES") return next(kind, failedAnswer(stub, why), more);
		if (kind !== "REQ") return undefined;
		const error = failure("UNAVAILABLE", why, { action: stub.action, nodeID: this.broker.nodeID, unbegun: true });
		return answerUnbegun(this.broker, stub.sender, stub.id, error);
	}

	async close(): Promise<void> {
		await this.port.close(settingsOf(this.broker).calls.stopTimeoutMs);
		await this.fetching.close();
		this.certificate?.close();
	}
}

/** Calls, answers and events; the others are small, or must come before anything can be fetched. */
const CLAIMED: ReadonlySet<string> = new Set(["REQ", "RES", "EVENT"]);

const fieldOf = (payload: unknown, name: string): string => String(propertyOf(payload, name));
