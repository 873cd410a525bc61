import type { Fields } from "../indexes";

export interface MongoOptions extends Fields {
	readonly name: string;
	/** @default "write" */
	readonly access?: "write" | "read";
	/** Hears what an operator should know. */
	readonly tell?: (sentence: string) => void;
}
