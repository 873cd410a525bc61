/** How a user's key becomes the uuid and the password their clients use. */
import { createXXHash128 } from "hash-wasm";

export type Algorithm = "xxh128" | "plain";

export interface Credentials {
	/** Throws where the key makes none. */
	uuid(key: string): string;
	password(key: string): string;
}

const dashed = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

const plain: Credentials = {
	uuid: key => {
		const hex = key.replace(/^urn:uuid:|[{}-]/g, "").toLowerCase();
		if (!/^[0-9a-f]{32}$/.test(hex)) throw new Error("badly formed hexadecimal UUID string");
		return dashed(hex);
	},
	password: key => key
};

/** The digest as it is: no version or variant bits are set. */
export async function credentialsBy(algorithm: Algorithm): Promise<Credentials> {
	if (algorithm === "plain") return plain;
	const hasher = await createXXHash128();
	const hash = (key: string): string => hasher.init().update(Buffer.from(key)).digest("hex");
	return { uuid: key => dashed(hash(key)), password: hash };
}
