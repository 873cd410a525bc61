import type { GuessSettings } from "../../../contracts/platform/guesses";
import type { Rule } from "../../../domain/platform/guesses";
import type { Counted } from "./counts";

export type Rules = Readonly<Record<Counted["by"], Rule>>;

/** What a provider gives to one customer may have so many networks that guess. */
const NETWORKS_OF_REGION = 10;

/** All of a network is forgotten when all of an account is: many people share one. */
export function rulesOf({ most, network, forgetMs, waitMs, longestMs }: GuessSettings): Rules {
	const rule = (many: number): Rule => ({
		most: many,
		forgetMs: (forgetMs * most) / many,
		waitMs,
		longestMs: Math.max(waitMs, longestMs)
	});
	const own = rule(most);
	return { device: own, subject: own, network: rule(network), region: rule(network * NETWORKS_OF_REGION) };
}
