/** What a claim stands for, fetched from the node that keeps it: as fast as it is read, and no longer than it is wanted. */

import { pipeline, type Readable } from "node:stream";
import { Agent, buildConnector } from "undici";
import { messageOf } from "../../domain/unknown";
import type { RotatingFiles, TlsMaterial } from "../certificate-files";
import { type Claim, frameKeyOf, proofOf } from "./claim";
import { opening } from "./frames";

/** To one node. */
const MOST_CONNECTIONS = 128;
const CONNECT_MS = 3_000;
const ANSWER_MS = 10_000;

/**
 * Each connection by the certificates that are there then. Nodes are asked by their addresses, which no certificate names: the
 * authority of the cluster says that it is a node, and the claim, which only that one knows beside us, which one it is.
 */
function connecting(certificate: RotatingFiles | undefined): buildConnector.connector {
	const connector = (material: TlsMaterial = {}) =>
		buildConnector({ timeout: CONNECT_MS, ...material, checkServerIdentity: () => undefined });
	let connect = connector(certificate?.now);
	certificate?.onChange(material => {
		connect = connector(material);
	});
	return (options, callback) => connect(options, callback);
}

/** It is not there, or was fetched before; or its node is away. */
export class ClaimLost extends Error {
	override readonly name = "ClaimLost";
}

export class Fetching {
	private readonly agent: Agent;

	/** @param idleMs how long a source may say nothing @param certificate what it shows, and whom it believes */
	constructor(
		idleMs: number,
		private readonly certificate?: RotatingFiles
	) {
		this.agent = new Agent({
			connections: MOST_CONNECTIONS,
			connect: connecting(certificate),
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
		const { host, port, id, tls } = claim;
		if (tls && !this.certificate)
			throw new ClaimLost(`The node at ${host}:${port} speaks TLS alone: set TLS_CERT_FILE here, too.`);
		const origin = `${tls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
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
