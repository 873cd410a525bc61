/** What a claim stands for, fetched from the node that keeps it: as fast as it is read, and no longer than it is wanted. */

import { pipeline, type Readable } from "node:stream";
import { Agent } from "undici";
import { messageOf } from "../../domain/unknown";
import { type Claim, frameKeyOf, proofOf } from "./claim";
import { opening } from "./frames";

/** To one node. */
const MOST_CONNECTIONS = 128;
const CONNECT_MS = 3_000;
const ANSWER_MS = 10_000;

/** It is not there, or was fetched before; or its node is away. */
export class ClaimLost extends Error {
	override readonly name = "ClaimLost";
}

export class Fetching {
	private readonly agent: Agent;

	/** @param idleMs how long a source may say nothing */
	constructor(idleMs: number) {
		this.agent = new Agent({
			connections: MOST_CONNECTIONS,
			connectTimeout: CONNECT_MS,
			headersTimeout: ANSWER_MS,
			bodyTimeout: idleMs
		});
	}

	/** Fails where it breaks off; whoever destroys it ends it at its source. @throws ClaimLost */
	async stream(claim: Claim): Promise<Readable> {
		const { statusCode, body } = await this.ask(claim);
		if (statusCode !== 200) {
			body.destroy();
			throw new ClaimLost(`The node at ${claim.host}:${claim.port} does not keep what it gave a claim on.`);
		}
		return pipeline(body, opening(frameKeyOf(claim)), () => undefined);
	}

	/** All of it. @throws ClaimLost, and where it breaks off */
	async bytes(claim: Claim): Promise<Buffer> {
		const chunks: Buffer[] = [];
		for await (const chunk of await this.stream(claim)) chunks.push(chunk);
		return Buffer.concat(chunks);
	}

	async close(): Promise<void> {
		await this.agent.destroy();
	}

	private async ask(claim: Claim) {
		const { host, port, id } = claim;
		const origin = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
		try {
			return await this.agent.request({
				origin,
				path: `/${id}`,
				method: "GET",
				headers: { authorization: `Claim ${proofOf(claim)}` }
			});
		} catch (error) {
			throw new ClaimLost(`The node at ${host}:${port} cannot be asked for what it keeps: ${messageOf(error)}.`);
		}
	}
}
