/** Pages as fastapi-pagination cuts them: `page` and `size` count, `limit` and `offset` are read by nobody. */
import { type Answer, json } from "../answers";
import type { Call } from "../call";
import type { Body, Json } from "../json";
import { Rules } from "../rules";
import type { Cell, Row, Store } from "../store";

interface Cut {
	readonly page: number;
	readonly size: number;
}

/** Words for a bad page or size come before any word about other parameters' values. */
export function cutOf(query: URLSearchParams): Cut {
	const rules = new Rules(Object.fromEntries(query));
	const within = (name: string, otherwise: number, most?: number): number => {
		const value = Number(rules.whole(name, 1) ?? otherwise);
		if (most !== undefined && value > most) rules.fail(name, `Input should be less than or equal to ${most}`);
		return value;
	};
	const cut = { page: within("page", 1), size: within("size", 50, 100) };
	rules.done();
	return cut;
}

/** Relative addresses; all but `self` name the page last. */
function links({ url, query }: Call, { page }: Cut, pages: number): Body {
	const to = (number: number): string => {
		const others = new URLSearchParams(query);
		others.delete("page");
		others.append("page", `${number}`);
		return `${url.pathname}?${others}`;
	};
	return {
		first: to(1),
		last: to(Math.max(1, pages)),
		self: `${url.pathname}${url.search}`,
		next: page < pages ? to(page + 1) : null,
		prev: page > 1 ? to(page - 1) : null
	};
}

export interface Listing<T extends Row> {
	/** Everything from FROM on, order included. */
	readonly from: string;
	readonly cells?: readonly Cell[];
	readonly select?: string;
	readonly show: (rows: T[]) => Json[];
	/** Some lists come with links, some without. @default true */
	readonly linked?: boolean;
}

export function paged<T extends Row>(store: Store, call: Call, listing: Listing<T>): Answer {
	const cut = cutOf(call.query);
	const { from, cells = [], select = "*", show, linked = true } = listing;
	const total = store.count(`SELECT count(*) ${from}`, ...cells);
	const window = `LIMIT ${cut.size} OFFSET ${(cut.page - 1) * cut.size}`;
	const items = show(store.all<T>(`SELECT ${select} ${from} ${window}`, ...cells));
	const pages = Math.ceil(total / cut.size);
	return json({ items, total, ...cut, pages, ...(linked ? { links: links(call, cut, pages) } : {}) });
}
