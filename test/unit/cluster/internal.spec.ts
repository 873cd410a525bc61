/** Who calls is known on every way there is to call, and an internal action answers those alone whom its contract names. */

import { ServiceBroker, type ServiceSchema } from "moleculer";
import { Action, type CallOf, Service, service } from "../../../cluster";
import { action, contract } from "../../../contracts/contract";
import { internal } from "../../../middlewares/internal.middleware";

const inner = contract("platform", "inner", {
	actions: { secret: action({ summary: "For one alone.", internal: ["friend"], params: {}, result: "string" }) },
	events: {}
});

@Service(inner)
class Inner extends service() {
	@Action(inner.actions.secret)
	async secret(_ctx: CallOf<typeof inner.actions.secret>) {
		return "told";
	}
}

type Broker = Pick<ServiceBroker, "call">;
const ask = (broker: Broker): Promise<string> =>
	broker.call<string, object>("inner.secret", {}).catch(({ message }: Error) => message);

/** What a service began when it started. */
const begun: Record<string, Promise<string>> = {};
const heard: Record<string, Promise<string>> = {};

function callerNamed(name: string): { readonly starting: unknown; readonly calling: ServiceSchema } {
	@Service(contract("platform", name, { actions: {}, events: {} }))
	class Starting extends service() {
		started(): void {
			begun[name] = new Promise(setImmediate).then(() => ask(this.broker as never));
		}
	}
	return {
		starting: Starting,
		calling: {
			name,
			actions: {
				context: ctx => ctx.call("inner.secret"),
				broker: ctx => ctx.broker.call("inner.secret"),
				later: ctx => new Promise(setImmediate).then(() => ctx.broker.call("inner.secret"))
			},
			events: {
				asked: ctx => {
					heard[name] = ask(ctx.broker);
				}
			}
		}
	};
}

const refused = (name: string): string => `inner.secret is for friend alone: ${name} may not call it.`;

describe("an internal action", () => {
	const brokers = ["starting", "calling"].map(
		nodeID => new ServiceBroker({ nodeID, logger: false, middlewares: [internal] })
	);
	const [starting, calling] = brokers as [ServiceBroker, ServiceBroker];

	beforeAll(async () => {
		for (const broker of brokers) broker.createService(Inner as never);
		for (const name of ["friend", "stranger"]) {
			const caller = callerNamed(name);
			starting.createService(caller.starting as never);
			calling.createService(caller.calling);
		}
		await Promise.all(brokers.map(broker => broker.start()));
	});
	afterAll(() => Promise.all(brokers.map(broker => broker.stop())));

	it.each(["context", "broker", "later"])("answers whom it is for, and nobody else: by %s", async how => {
		expect(await calling.call(`friend.${how}`)).toBe("told");
		const error = { code: 403, type: "FORBIDDEN", message: refused("stranger") };
		await expect(calling.call(`stranger.${how}`)).rejects.toMatchObject(error);
	});

	it("knows who calls out of an event, and out of what was begun at the start", async () => {
		await calling.broadcastLocal("asked");
		const answers = [heard.friend, heard.stranger, begun.friend, begun.stranger];
		expect(await Promise.all(answers)).toEqual(["told", refused("stranger"), "told", refused("stranger")]);
	});

	it("answers a call of no service: a command's", async () => {
		expect(await ask(calling)).toBe("told");
	});
});
