/**
 * Moleculer's way over NATS, for nodes that must not go deaf: one refused subscription ends none of the others and is said;
 * what is asked while NATS is away waits a little for it to be back; a node of the same name, or one that shares out calls
 * otherwise, changes nothing for those that are there.
 */

import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { Errors, Transporters } from "moleculer";
import type { NatsConnection, Status } from "nats";
import { propertyOf } from "../../domain/unknown";
import type { Sent } from "../middleware";
import { Absent } from "./absent";
import { Company, type Heard } from "./company";
import { type Connection, ConnectionState } from "./connection";
import { type Away, awayBy, refusedWords } from "./faults";
import type { NatsSettings } from "./settings";
import { queuesOf, Subscriptions } from "./subscriptions";
import { suspectsOf } from "./suspects";

export interface Means extends NatsSettings {
	readonly balancer: string;
}

/** As Moleculer's transit gives it. */
interface Packet {
	readonly type: string;
	readonly target?: string | null;
	payload: Record<string, unknown>;
}
type Topic = Readonly<{ cmd?: string; nodeID?: string }>;

const RETRY_MS = 500;
/** Another NATS server answers within some ten ms; one that begins anew, within seconds. */
const BRIDGED_MS = 3_000;
const MOST_BRIDGED = 10_000;
const BRIDGED: ReadonlySet<string> = new Set(["REQ", "RES", "EVENT"]);
/** How long a node of the same name has to say that it is there. */
const NAMESAKE_MS = 300;
const FLUSH_MS = 1_000;

export class NatsTransporter extends Transporters.NATS {
	private readonly state = new ConnectionState();
	private readonly heard = new Subscriptions({
		take: (kind, data) => this.take(kind, data),
		refused: subject => this.refuse(subject)
	});
	private absent: Absent | undefined;
	private company: Company | undefined;
	private isEnding = false;
	/** Nobody is to hear it any more. */
	private isSilent = false;
	private lastCode = "";

	constructor(private readonly means: Means) {
		super(means.options);
	}

	get connection(): Connection {
		return this.state;
	}

	override init(...[transit, handle, connected]: Parameters<Transporters.NATS["init"]>): void {
		const { broker, nodeID, instanceID } = transit;
		this.company = new Company({ nodeID, instanceID, balancer: this.means.balancer });
		const judged = (kind: string, packet: unknown): unknown =>
			this.isTaken(kind, packet as Packet) ? handle(kind, packet as never) : Promise.resolve(false);
		super.init(transit, judged as never, connected);
		this.absent = new Absent(broker, suspectsOf(broker), this.prefix);
	}

	/** Tries until it is told to stop: whoever starts a node decides how long that may take. */
	override async connect(): Promise<void> {
		const { connect }: typeof import("nats") = require("nats");
		while (!this.isEnding && !this.client)
			try {
				this.client = await connect(this.means.options);
			} catch (error) {
				const { login, shown, transporter } = this.means;
				this.tell(awayBy(error, { login, shown: shown(), isTls: transporter.isTls }));
				await sleep(RETRY_MS);
			}
		if (this.isEnding) return await this.disconnect();
		this.state.up(false);
		void this.watch(this.client);
		await this.onConnected().catch((error: unknown) => {
			if (!this.isEnding) throw error;
		});
	}

	private tell(away: Away): void {
		if (away.code !== this.lastCode) this.logger.warn(`NATS is not reached: ${away.code}.`);
		this.lastCode = away.code;
		this.broker.broadcastLocal("$transporter.error", { error: away, module: "transporter", type: "clientError" });
	}

	private async watch(client: NatsConnection): Promise<void> {
		for await (const status of client.status()) this.turn(status);
		this.lost();
		if (!this.isEnding) this.logger.fatal("The connection to NATS is closed for good: start this node anew.");
	}

	private turn(status: Status): void {
		const { type } = status;
		if (type === "disconnect") this.lost();
		else if (type === "reconnect") this.regained();
		else if (type === "error") this.refusedBy(propertyOf(status, "permissionContext"));
	}

	/** Nobody is gone because we hear nobody. */
	private lost(): void {
		this.state.down();
		if (!this.connected || this.isEnding) return;
		this.connected = false;
		this.logger.warn("The connection to NATS is lost; it is sought anew.");
		this.broker.broadcastLocal("$transporter.disconnected", { graceFul: false });
	}

	private regained(): void {
		const { refused } = this.state;
		this.connected = true;
		this.state.up(true);
		this.logger.info("The connection to NATS is back.");
		this.heard.again(this.client, refused);
		this.onConnected(true).catch((error: unknown) =>
			this.logger.error("NATS is back, and others were not told.", error)
		);
	}

	override async disconnect(): Promise<void> {
		this.isEnding = true;
		const client: NatsConnection | null = this.client;
		this.client = null;
		if (!client || client.isClosed()) return;
		// What waits for its turn goes first; where NATS is away nobody takes it.
		await nextTurn();
		if (this.connected) await Promise.race([client.flush().catch(() => undefined), sleep(FLUSH_MS)]);
		await client.close();
	}

	override async makeSubscriptions(topics: Topic[]): Promise<void> {
		const isOwnName = ({ cmd, nodeID }: Topic): boolean => nodeID !== undefined && (cmd === "PING" || cmd === "PONG");
		for (const { cmd = "", nodeID } of topics.filter(isOwnName)) void this.subscribe(cmd, nodeID);
		await this.claimName();
		for (const { cmd = "", nodeID } of topics.filter(topic => !isOwnName(topic))) void this.subscribe(cmd, nodeID);
		this.absent?.listen(this.client, subject => this.refuse(subject));
		await this.client.flush();
	}

	/** Before anything else is heard: what is meant for a node of the same name is not for us. */
	private async claimName(): Promise<void> {
		this.say("PING");
		await this.client.flush();
		await sleep(NAMESAKE_MS);
		// Whoever starts it was told why; it goes no further.
		if (this.isSilent) await new Promise(() => undefined);
	}

	/** To whoever has our name. */
	private say(type: "PING" | "PONG"): void {
		const payload = { time: Date.now(), id: this.broker.instanceID, card: this.company?.card };
		void this.publish({ type, target: this.nodeID, payload } as never);
	}

	private isTaken(kind: string, { payload }: Packet): boolean {
		if (this.isSilent) return false;
		this.state.hear(String(payload?.sender));
		if (kind !== "INFO" && payload?.sender !== this.nodeID) return true;
		const verdict = this.company?.judge(kind, payload as unknown as Heard) ?? "pass";
		if (verdict === "pass") return true;
		if (verdict === "answer") this.answer(String(payload.sender));
		else if (verdict !== "drop") this.giveWay(verdict.ends);
		return false;
	}

	private answer(sender: string): void {
		if (sender === this.nodeID) this.say("PONG");
		else void this.transit.discoverer.sendLocalNodeInfo(sender);
	}

	/** Nothing that it says on its way out may be taken for the other one's. */
	private giveWay(sentence: string): void {
		this.isSilent = true;
		this.connected = false;
		this.logger.fatal(sentence);
		this.broker.broadcastLocal("$transporter.refused", { sentence });
	}

	override subscribe(cmd: string, nodeID?: string): Promise<void> {
		this.heard.hear(this.client, this.getTopicName(cmd, nodeID), cmd);
		return Promise.resolve();
	}

	/** An error here would end the client's reader, and with it every subscription. */
	private take(kind: string, data: Buffer): void {
		try {
			void this.receive(kind, data);
		} catch (error) {
			this.logger.error(`A packet (${kind}) could not be taken.`, error);
		}
	}

	private refusedBy(context: unknown): void {
		const subject = propertyOf(context, "subject");
		if (typeof subject === "string" && subject.startsWith(this.prefix)) this.refuse(subject);
	}

	private refuse(subject: string): void {
		if (!this.state.refuse(subject)) return;
		const sentence = refusedWords([subject]);
		this.logger.error(sentence);
		this.broker.broadcastLocal("$transporter.error", {
			error: { code: "PERMISSIONS_VIOLATION", isFinal: true, says: () => sentence } satisfies Away,
			module: "transporter"
		});
	}

	override async makeBalancedSubscriptions(): Promise<void> {
		if (!this.client) return;
		this.heard.balance(this.client, queuesOf(this.broker.getLocalNodeInfo().services as never, this.prefix));
		if (this.connected) await this.client.flush();
	}

	override prepublish(given: never): Promise<void> {
		const packet: Packet = given;
		if (this.isSilent) return Promise.resolve();
		if (packet.type === "INFO")
			packet.payload.metadata = { ...(packet.payload.metadata as object), ...this.company?.card };
		const isSent = this.state.reaches(packet.target) || !BRIDGED.has(packet.type) || this.state.queue >= MOST_BRIDGED;
		if (isSent) return super.prepublish(given);
		return this.bridged(given);
	}

	/** NATS's client would keep it for a connection that it then throws away with all that is kept. */
	private async bridged(given: never): Promise<void> {
		const { type, target, payload }: Packet = given;
		await this.state.back(target, BRIDGED_MS);
		const isAsked = type === "REQ";
		// Whoever asked may have stopped waiting.
		if (isAsked && !this.transit.pendingRequests.has(String(payload.id))) return;
		if (isAsked && !this.connected)
			throw new Errors.ServiceNotAvailableError({ action: String(payload.action), nodeID: target ?? "" });
		await super.prepublish(given);
	}

	override send(topic: string, data: Buffer, meta?: Sent): Promise<void> {
		const { ids = [], packet } = meta ?? {};
		const reply = ids.length > 0 && packet?.target != null ? this.absent?.replyTo(ids) : undefined;
		this.client?.publish(topic, data, reply === undefined ? undefined : { reply });
		return Promise.resolve();
	}
}
