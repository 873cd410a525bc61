import { Service as MoleculerService, ServiceBroker } from "moleculer";
import { Action as RawAction, Service as RawService } from "moleculer-decorators";
import { Action, type CallOf, Service, service } from "../../../cluster";
import { type Link, links } from "../../../contracts/migration/links";

describe("moleculer-decorators 1.3", () => {
	it("by default shares class fields between all instances (why the wrapper sets constructOverride: false)", async () => {
		@RawService({ name: "raw" } as never)
		class Raw extends MoleculerService {
			seen: number[] = [];
			@RawAction() async push() {
				this.seen.push(1);
				return this.seen.length;
			}
		}
		const brokers = [new ServiceBroker({ logger: false }), new ServiceBroker({ logger: false })] as const;
		for (const broker of brokers) {
			broker.createService(Raw as never);
			await broker.start();
		}
		expect(await brokers[0].call("raw.push")).toBe(1);
		expect(await brokers[1].call("raw.push")).toBe(2); // leaked
		for (const broker of brokers) await broker.stop();
	});
});

describe("a service", () => {
	it("with an unanswered action does not load", () => {
		expect(() => {
			@Service(links)
			class Empty extends service() {}
			return Empty;
		}).toThrow("Service 'links' has no handler for: record, find, of, count");
	});

	it("has fields of its own on every broker, and refuses params that its contract does not name", async () => {
		@Service(links)
		class Counting extends service() {
			private calls = 0;
			@Action(links.actions.record)
			async record(_ctx: CallOf<typeof links.actions.record>) {
				return 0;
			}
			@Action(links.actions.find)
			async find(_ctx: CallOf<typeof links.actions.find>): Promise<Link[]> {
				return [];
			}
			@Action(links.actions.of)
			async of(_ctx: CallOf<typeof links.actions.of>): Promise<Link[]> {
				return [];
			}
			@Action(links.actions.count)
			async count(_ctx: CallOf<typeof links.actions.count>) {
				return ++this.calls;
			}
		}
		const options = { logger: false, validator: { type: "Fastest", options: { considerNullAsAValue: true } } } as never;
		const brokers = [new ServiceBroker(options), new ServiceBroker(options)] as const;
		for (const broker of brokers) {
			broker.createService(Counting as never);
			await broker.start();
		}
		await brokers[0].call("links.count");
		expect(await brokers[1].call("links.count")).toBe(1);
		await expect(brokers[0].call("links.count", { extra: 1 })).rejects.toMatchObject({ type: "VALIDATION_ERROR" });
		const nested = { migration: "m", links: [{ id: "1", username: "a", keyDigest: "d", target: "t", extra: 1 }] };
		await expect(brokers[0].call("links.record", nested)).rejects.toMatchObject({ type: "VALIDATION_ERROR" });
		for (const broker of brokers) await broker.stop();
	});
});
