/** Which of the recorded requests are the comparison's. */

import { NotMeasured } from "./figures";
import type { Sent } from "./sent";

/** A page of the source, and the look-ups at the target that follow from it. */
export interface Page {
	readonly page: Sent;
	readonly finds: Sent[];
}

interface Ends {
	readonly source: { readonly url: string };
	readonly target: { readonly url: string };
}

const isListing = ({ path }: Sent): boolean => path.startsWith("/api/users?");
const isLookUp = ({ path }: Sent): boolean => path.startsWith("/api/users?username");

/**
 * The comparison's requests: the last listing of the source's users from its first page on, and the look-ups at the target
 * since then, shared out over the pages. Whether and when something was written in between does not matter.
 */
export function comparedPages(sent: readonly Sent[], { source, target }: Ends): Page[] {
	const ofSource = (each: Sent): boolean => each.origin === source.url && isListing(each);
	const begins = sent.findLastIndex(
		each => ofSource(each) && new URLSearchParams(each.path.split("?")[1]).get("page") === "1"
	);
	const after = sent.slice(begins);
	const pages = [...new Map(after.filter(ofSource).map(page => [page.path, { page, finds: [] as Sent[] }])).values()];
	const finds = after.filter(each => each.origin === target.url && isLookUp(each));
	if (begins < 0 || finds.length === 0)
		throw new NotMeasured("The comparison's requests are not among those recorded.");
	const share = finds.length / pages.length;
	for (const [index, find] of finds.entries()) pages[Math.floor(index / share)]?.finds.push(find);
	return pages;
}
