/** Logins as the panels do them: an OAuth2 password form in, a JWT (HS256: sub, access, iat, exp) out. */
import { createHmac, randomBytes, scryptSync, timingSafeEqual } from "node:crypto";
import { invalid, unauthorized } from "./answers";
import type { Call } from "./call";
import { type Body, isBody, parseJson, writeJson } from "./json";
import { seconds } from "./time";

export interface Claims {
	readonly username: string;
	readonly sudo: boolean;
	/** Unix seconds. */
	readonly issued: number;
}

const encode = (value: Body): string => Buffer.from(writeJson(value)).toString("base64url");
const seal = (signed: string, secret: string): string =>
	createHmac("sha256", secret).update(signed).digest("base64url");

/** @param minutes 0: the token never ends */
export function issue(username: string, sudo: boolean, secret: string, now: Date, minutes = 1440): string {
	const iat = seconds(now);
	const claims = { sub: username, access: sudo ? "sudo" : "admin", iat };
	const body = encode(minutes > 0 ? { ...claims, exp: iat + minutes * 60 } : claims);
	const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${body}`;
	return `${signed}.${seal(signed, secret)}`;
}

export function claimsOf(token: string, secret: string, now: Date): Claims | undefined {
	const [head, body, mark] = token.split(".");
	if (!(head && body && mark) || seal(`${head}.${body}`, secret) !== mark) return undefined;
	const claims = parseJson(Buffer.from(body, "base64url").toString());
	if (!isBody(claims)) return undefined;
	const { sub, access, iat, exp } = claims;
	if (typeof exp === "number" && exp <= seconds(now)) return undefined;
	if (typeof sub !== "string" || sub === "" || (access !== "sudo" && access !== "admin")) return undefined;
	return { username: sub, sudo: access === "sudo", issued: typeof iat === "number" ? iat : 0 };
}

/** The bearer token of a call, or the 401 of a call without one. */
export function bearer(call: Call): string {
	const [scheme, token] = (call.headers.authorization ?? "").split(" ");
	if (scheme?.toLowerCase() !== "bearer" || !token) throw unauthorized("Not authenticated");
	return token;
}

/** Name and password of a login form, urlencoded or multipart; anything else lacks both fields. */
export async function credentials(call: Call): Promise<{ username: string; password: string }> {
	const form = await call.form();
	const missing: Record<string, string> = {};
	const field = (name: string): string => {
		const value = form.get(name);
		if (typeof value === "string" && value !== "") return value;
		missing[name] = "Field required";
		return "";
	};
	const found = { username: field("username"), password: field("password") };
	if (Object.keys(missing).length > 0) throw invalid(missing);
	return found;
}

/** A sample's passwords guard nothing; how long a login takes says `loginMs`. */
const COST = 16;
/** What passwords cost in the file of an earlier sample. */
const COSTS = [COST, 1024] as const;
/** Only the first 72 bytes count, as with bcrypt. */
const derive = (password: string, salt: string, N: number = COST): string =>
	spelt(scryptSync(Buffer.from(password).subarray(0, 72), salt, 23, { N, r: 8, p: 1 }));
const spelt = (bytes: Buffer): string => bytes.toString("base64url").replaceAll("-", ".").replaceAll("_", "/");

/** Shaped as bcrypt's, so that it crosses as a real one; both samples know what is in it. */
export function hashed(password: string): string {
	const salt = spelt(randomBytes(16));
	return `$2b$12$${salt}${derive(password, salt)}`;
}

/** A real bcrypt hash, copied in from elsewhere, opens nothing here. */
export function opens(password: string, stored: string | null): boolean {
	const [, salt, hash] = /^\$2b\$12\$(.{22})(.{31})$/.exec(stored ?? "") ?? [];
	if (!salt || !hash) return false;
	return COSTS.some(cost => {
		const given = Buffer.from(derive(password, salt, cost));
		return given.length === Buffer.byteLength(hash) && timingSafeEqual(given, Buffer.from(hash));
	});
}
