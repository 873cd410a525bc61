/**
 * Connections: how many there may be, how many requests one of them may send before it was answered, and how one ends whose
 * last request was refused unread. What they have is counted by the client's network; proxies of ours are everybody's.
 */

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { closeIdle } from "../../../adapters/idle-connections";
import { failure } from "../../../cluster/errors";
import type { Limits } from "../../../contracts/platform/gateway";
import { networkOf } from "../../../domain/client-address";
import { endless, Quota, sharesOf } from "../../../domain/platform/quota";
import { errorOf } from "../../../domain/unknown";
import { hasBody } from "./bodies";
import type { Clients } from "./clients";
import { Shares } from "./shares";

interface Connection {
	/** Requests that were not answered. */
	unanswered: number;
	/** The last request was read: what stands behind it is nobody's. */
	ended: boolean;
	readonly shares: Set<Shares>;
}

/** Kept on the socket itself. */
const STATE = Symbol("connection");
type Known = Socket & { [STATE]?: Connection };

/** Beyond this part of all connections, those that wait for a request are closed. */
const CROWDED = 0.75;
const CROWDED_MS = 1_000;

export class Connections {
	private readonly networks: Quota;
	private readonly requests: Quota;
	private readonly health: Quota;
	private open = 0;
	private cleared = 0;

	constructor(
		private readonly limits: Limits,
		private readonly clients: Pick<Clients, "peerOf">
	) {
		this.networks = new Quota(sharesOf(endless, () => limits.connectionsEach));
		const most = sharesOf(
			() => limits.requests,
			() => limits.requestsEach
		);
		this.requests = new Quota(most);
		this.health = new Quota(most);
	}

	/** @param refuse says on a connection that it is one too many */
	watch(server: Server, refuse: (socket: Socket, error: Error) => void, dropped: () => void): void {
		server.maxConnections = this.limits.connections;
		server.on("drop", () => {
			dropped();
			void closeIdle(server);
		});
		server.on("connection", (socket: Socket) => {
			const { address, isOurs } = this.clients.peerOf(socket);
			const connection = stateOf(socket);
			this.open++;
			socket.once("close", () => {
				this.open--;
				for (const shares of connection.shares) shares.end();
			});
			if (isOurs) return;
			const shares = new Shares();
			connection.shares.add(shares);
			try {
				const settings = ["GATEWAY_CONNECTIONS", "GATEWAY_CONNECTIONS_EACH"] as const;
				shares.take(this.networks, networkOf(address), 1, settings, "connections");
			} catch (error) {
				connection.ended = true;
				refuse(socket, errorOf(error));
			}
			this.clear(server);
		});
	}

	/** What a request has; undefined where it is nobody's. */
	begin(req: IncomingMessage, res: ServerResponse): Shares | undefined {
		const connection = stateOf(req.socket);
		if (connection.ended) return undefined;
		const shares = new Shares();
		connection.shares.add(shares);
		connection.unanswered++;
		res.once("close", () => {
			connection.unanswered--;
			connection.shares.delete(shares);
			shares.end();
		});
		return shares;
	}

	/** @param isHealth counts among its own kind: it is asked for most when there is most to do. @throws LIMIT_REACHED · OVERLOADED */
	admit(req: IncomingMessage, res: ServerResponse, client: string, shares: Shares, isHealth: boolean): void {
		if (stateOf(req.socket).unanswered > this.limits.pipelined) {
			endBehind(req, res);
			throw failure(
				"LIMIT_REACHED",
				"This connection has as many unanswered requests as one may (GATEWAY_PIPELINED).",
				{
					retryAfter: 1
				}
			);
		}
		shares.take(
			isHealth ? this.health : this.requests,
			networkOf(client),
			1,
			["GATEWAY_REQUESTS", "GATEWAY_REQUESTS_EACH"],
			"requests under way"
		);
	}

	/** When many are there, those that are of no use at this moment make room. */
	private clear(server: Server): void {
		const now = performance.now();
		if (this.open < this.limits.connections * CROWDED || now - this.cleared < CROWDED_MS) return;
		this.cleared = now;
		void closeIdle(server);
	}
}

function stateOf(socket: Known): Connection {
	let state = socket[STATE];
	if (!state) {
		state = { unanswered: 0, ended: false, shares: new Set() };
		socket[STATE] = state;
	}
	return state;
}

/** How long a connection is kept that was told its last answer and may still send, in ms. */
export const LINGER_MS = 500;

/**
 * Makes the answer to a request the last one of its connection. Where a body is on its way nothing more is read, and the
 * connection stays for a moment: one that is closed on bytes not read is reset, and its client may never see the answer.
 */
export function endBehind(req: IncomingMessage, res: ServerResponse): void {
	const { socket } = req;
	stateOf(socket).ended = true;
	res.setHeader("Connection", "close");
	if (req.complete || !hasBody(req)) return;
	// Node calls it behind the last answer.
	socket.destroySoon = () => {
		socket.end();
		socket.pause();
		const timer = setTimeout(() => socket.destroy(), req.complete ? 0 : LINGER_MS);
		socket.once("close", () => clearTimeout(timer));
	};
}
