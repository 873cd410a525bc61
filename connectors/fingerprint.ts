/** Helpers of fingerprints: what means a set is spelled as one. */

export { digest } from "../domain/canonical";

export function asSet<T extends string | number>(values: readonly T[]): T[] {
	return [...new Set(values)].sort((a, b) => (a < b ? -1 : 1));
}
