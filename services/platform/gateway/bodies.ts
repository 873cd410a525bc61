/**
 * The bodies of requests that were admitted: nothing of one is read before its caller, its size and its type are known and
 * there is room for it, and nothing of it is parsed before it is all there. One that is refused is not read at all.
 */

import type { Readable } from "node:stream";
import rawBody from "raw-body";
import { failure } from "../../../cluster/errors";
import type { JsonValue } from "../../../contracts/json";
import type { Limits } from "../../../contracts/platform/gateway";
import { networkOf } from "../../../domain/client-address";
import { bodyClassOf, limitVariable } from "../../../domain/platform/body-class";
import { fieldsOfForm } from "../../../domain/platform/data-routes/shaping";
import { JsonRefused, parseJson, textOf } from "../../../domain/platform/json-body";
import { endless, Quota, sharesOf } from "../../../domain/platform/quota";
import type { Route } from "../../../domain/platform/routes";
import { propertyOf } from "../../../domain/unknown";
import type { WebRequest, WebResponse } from "../../../mixins/web.mixin";
import { callOf, header } from "./call";
import { type Most, passing, tooLarge, tooLate } from "./passing";

/** What a body may be written as. */
const TYPES = {
	json: { pattern: typed("application/json"), says: "application/json" },
	yaml: { pattern: typed("(?:application|text)/(?:x-)?yaml"), says: "the definition alone as application/yaml" },
	form: { pattern: typed("application/x-www-form-urlencoded"), says: "application/x-www-form-urlencoded" }
} as const;
type BodyType = keyof typeof TYPES;
/** What a route of an older API takes. */
const SHAPED = { json: ["json"], form: ["form"], either: ["json", "form"] } as const;

function typed(type: string): RegExp {
	return new RegExp(`^${type}\\s*(?:;\\s*charset\\s*=\\s*"?utf-8"?\\s*)?$`, "i");
}

type Asked = Pick<Route, "body" | "permission">;
/** What a route of an older API takes is as large as what it stands for. */
const OLDER: Asked = { body: "document", permission: "" };

/** How many bodies are under way, and how large they are together. */
interface Room {
	readonly count: Quota;
	readonly bytes: Quota;
}

/** Each piece of a body costs more than its bytes: so many are free, then so many bytes are to be in one on average. */
const [PIECES, LEAST_PIECE] = [1_000, 64];

export class Bodies {
	private readonly ofClients: Room;
	private readonly ofCallers: Room;

	constructor(private readonly limits: Limits) {
		const each = {
			count: () => limits.bodiesEach,
			bytes: () => Math.max(limits.bodiesBytesEach, limits.bodyBytes)
		};
		this.ofClients = {
			count: new Quota(sharesOf(() => limits.bodies, each.count)),
			bytes: new Quota(sharesOf(() => Math.max(limits.bodiesBytes, limits.bodyBytes), each.bytes))
		};
		// What all of them have is counted with their clients.
		this.ofCallers = {
			count: new Quota(sharesOf(endless, each.count)),
			bytes: new Quota(sharesOf(endless, each.bytes))
		};
	}

	/**
	 * The fields of the body. It counts until the request is answered.
	 * @throws BODY_TOO_LARGE · MEDIA_TYPE_UNSUPPORTED · LIMIT_REACHED · OVERLOADED · REQUEST_TIMED_OUT · REQUEST_INVALID
	 */
	async fieldsOf(req: WebRequest, res: WebResponse, route: Asked): Promise<object> {
		const [type, bytes] = await this.bytesOf(req, res, route.body === "document" ? ["json", "yaml"] : ["json"], route);
		if (type === "yaml") return { document: said(() => textOf(bytes)) };
		const body = said(() => this.json(bytes));
		if (body === null || typeof body !== "object" || Array.isArray(body))
			throw failure("REQUEST_INVALID", "The body is a JSON object.");
		return body;
	}

	/**
	 * The body of a route of an older API: any JSON, or the fields of a form.
	 * @throws what `fieldsOf` does
	 */
	async valueOf(req: WebRequest, res: WebResponse, takes: keyof typeof SHAPED): Promise<JsonValue> {
		const [type, bytes] = await this.bytesOf(req, res, SHAPED[takes], OLDER);
		return said(() => (type === "form" ? fieldsOfForm(textOf(bytes)) : (this.json(bytes) as JsonValue)));
	}

	/**
	 * The body as bytes, as they come and are taken. It counts until the request is answered, and of its bytes none is kept.
	 * @throws BODY_TOO_LARGE · LIMIT_REACHED · OVERLOADED; the stream fails with BODY_TOO_LARGE · REQUEST_TIMED_OUT, and where its client leaves
	 */
	streamOf(req: WebRequest, res: WebResponse, route: Asked): Readable {
		const most = this.mostOf(route);
		declared(req, most);
		this.makeRoom(req, undefined);
		if (header(req, "expect") !== undefined) res.writeContinue();
		return passing(req, { ...most, idleMs: this.limits.bodyMs });
	}

	private json(bytes: Buffer): unknown {
		return parseJson(bytes, { depth: this.limits.bodyDepth, values: this.limits.bodyValues });
	}

	private async bytesOf(
		req: WebRequest,
		res: WebResponse,
		types: readonly BodyType[],
		route: Asked
	): Promise<readonly [BodyType, Buffer]> {
		const most = this.mostOf(route);
		const length = declared(req, most);
		const type = typeOf(req, types);
		this.makeRoom(req, length);
		return [type, await this.read(req, res, length, most)];
	}

	private mostOf(route: Asked): Most {
		const { bodyBytes, smallBytes, uploadBytes } = this.limits;
		const of = bodyClassOf(route);
		const bytes = { bodyBytes, uploadBytes, smallBytes: Math.min(smallBytes, bodyBytes) }[of];
		return { bytes, setting: limitVariable(bytes === bodyBytes ? "bodyBytes" : of) };
	}

	/** For one more body, of the client's network and of the caller. */
	private makeRoom(req: WebRequest, length: number | undefined): void {
		const { shares } = callOf(req);
		for (const [{ count }, owner] of this.owners(req))
			shares.take(count, owner, 1, ["GATEWAY_BODIES", "GATEWAY_BODIES_EACH"], "requests with a body under way");
		if (length !== undefined) this.grow(req, length);
	}

	private grow(req: WebRequest, more: number): void {
		const { shares } = callOf(req);
		for (const [{ bytes }, owner] of this.owners(req))
			shares.take(bytes, owner, more, ["GATEWAY_BODIES_BYTES", "GATEWAY_BODIES_BYTES_EACH"], "bytes in bodies");
	}

	private owners(req: WebRequest): readonly (readonly [Room, string])[] {
		const { client, caller } = callOf(req);
		return [
			[this.ofClients, networkOf(client)],
			[this.ofCallers, caller?.id ?? ""]
		];
	}

	private async read(req: WebRequest, res: WebResponse, length: number | undefined, most: Most): Promise<Buffer> {
		if (header(req, "expect") !== undefined) res.writeContinue();
		const { promise: broken, reject } = Promise.withResolvers<never>();
		const timer = setTimeout(() => reject(tooLate()), this.limits.bodyMs);
		const watch = this.watcher(req, length, reject);
		req.on("data", watch);
		try {
			return await Promise.race([rawBody(req, { limit: most.bytes, length: length ?? null }), broken]);
		} catch (error) {
			throw propertyOf(error, "type") === "entity.too.large" ? tooLarge(most) : error;
		} finally {
			clearTimeout(timer);
			req.off("data", watch);
		}
	}

	/** What was not declared is counted as it comes. */
	private watcher(req: WebRequest, length: number | undefined, refuse: (error: unknown) => void) {
		let [pieces, size] = [0, 0];
		return (piece: Buffer): void => {
			pieces++;
			size += piece.length;
			try {
				if (length === undefined) this.grow(req, piece.length);
				if (pieces > PIECES && size < pieces * LEAST_PIECE)
					throw failure("REQUEST_INVALID", "The body comes in too many pieces.");
			} catch (error) {
				refuse(error);
			}
		};
	}
}

/** Undefined: it comes in chunks, and nobody knows how many. @throws BODY_TOO_LARGE */
function declared(req: WebRequest, most: Most): number | undefined {
	const length = header(req, "content-length");
	if (length === undefined) return undefined;
	if (Number(length) > most.bytes) throw tooLarge(most);
	return Number(length);
}

export function hasBody(req: Pick<WebRequest, "headers">): boolean {
	const length = header(req, "content-length");
	return (length !== undefined && Number(length) > 0) || req.headers["transfer-encoding"] !== undefined;
}

function typeOf(req: WebRequest, types: readonly BodyType[]): BodyType {
	const type = header(req, "content-type") ?? "";
	const coding = header(req, "content-encoding") ?? "identity";
	const found = types.find(each => TYPES[each].pattern.test(type));
	if (coding.toLowerCase() === "identity" && found) return found;
	throw failure(
		"MEDIA_TYPE_UNSUPPORTED",
		`Send the body uncompressed as ${types.map(each => TYPES[each].says).join(", or ")}.`
	);
}

function said<T>(read: () => T): T {
	try {
		return read();
	} catch (error) {
		if (error instanceof JsonRefused) throw failure("REQUEST_INVALID", error.message);
		throw error;
	}
}
