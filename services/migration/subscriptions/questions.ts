/** The questions about one link, at one panel after the other: each at its turn, paid for where nobody has proven the link. */

import type { Origin, Refused, Ticket } from "../../../domain/migration/subscriptions/guesses";
import type { Guessing } from "./guessing";
import type { Said } from "./upstream";

interface Paid {
	readonly ticket: Ticket;
	wrong: boolean;
}

export class Questions {
	private readonly tickets: Paid[] = [];
	private last: Refused | undefined;

	/** @param origin undefined where the link is proven: then they cost nothing */
	constructor(private readonly origin: Origin | undefined) {}

	/** Undefined where the panel was not asked. */
	async at(panel: Pick<Guessing, "take">, ask: () => Promise<Said>): Promise<Said | undefined> {
		if (!this.origin) return ask();
		const ticket = await panel.take(this.origin);
		if (ticket.kind !== "ticket") {
			this.last = ticket;
			return undefined;
		}
		const paid = { ticket, wrong: false };
		this.tickets.push(paid);
		try {
			const said = await ask();
			this.judge(said, paid);
			return said;
		} finally {
			ticket.answered();
		}
	}

	/** Why one of them was not asked. */
	get refused(): Refused | undefined {
		return this.last;
	}

	/** None was: then one is paid at least. */
	wrong(): void {
		const [first] = this.tickets;
		if (first && this.tickets.every(({ wrong }) => !wrong)) first.wrong = true;
	}

	/** What a panel refuses for its parameters is nobody's proof. A right one makes the others before it none that are wrong. */
	private judge(said: Said, paid: Paid): void {
		if (said.kind === "answer") for (const each of this.tickets) each.wrong = false;
		else paid.wrong = said.kind !== "unknown";
	}

	settle(): void {
		for (const { ticket, wrong } of this.tickets) ticket.settle(wrong);
	}
}
