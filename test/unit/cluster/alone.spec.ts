/** A node without a transporter says at once what it waits for in vain. */

import { ServiceBroker } from "moleculer";
import { aloneWords, NEEDED, neverThere } from "../../../cluster/alone";

const running = (names: readonly string[], options: object = {}): ServiceBroker => {
	const broker = new ServiceBroker({ logger: false, ...options });
	for (const name of names) broker.createService({ name });
	return broker;
};

it("names what can never come, and what to do", () => {
	const broker = running(["gateway", ...NEEDED.filter(name => name !== "links" && name !== "access")]);
	expect(new Set(neverThere(broker))).toEqual(new Set(["links", "access"]));
	expect(aloneWords(broker)).toMatch(
		/^There is no transporter, so (links, access|access, links) can never come: set TRANSPORTER .* SERVICES\.$/
	);
});

it("says nothing where all are here, or others may bring them", () => {
	expect(aloneWords(running(NEEDED))).toBeUndefined();
	expect(aloneWords(running(["gateway"], { transporter: "fake" }))).toBeUndefined();
});
