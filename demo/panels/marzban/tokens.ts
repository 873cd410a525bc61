/** Subscription tokens: `name,second` in base64 and ten characters that seal it. Any second's token opens. */
import { createHash } from "node:crypto";

const seal = (text: string, secret: string): string => {
	const digest = createHash("sha256")
		.update(text + secret)
		.digest("base64");
	return digest.replaceAll("+", "-").replaceAll("/", "_").slice(0, 10);
};

export function tokenFor(username: string, secret: string, second: number): string {
	const text = Buffer.from(`${username},${second}`).toString("base64url");
	return text + seal(text, secret);
}

export function openToken(token: string, secret: string): { username: string; second: number } | undefined {
	if (token.length < 15) return undefined;
	const text = token.slice(0, -10);
	if (token.slice(-10) !== seal(text, secret)) return undefined;
	const [username, second] = Buffer.from(text, "base64url").toString("utf8").split(",");
	return username === undefined ? undefined : { username, second: Number(second) };
}
