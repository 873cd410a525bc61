/**
 * Feature flags for a service, evaluated where it runs: `extends service(flags())` gives it `this.flags`.
 *
 *   if (this.flags.isOn("new-report", contextOf(ctx.meta))) …          // false where there is no such flag
 *   const client = await this.flags.client();                          // OpenFeature's API, for whoever knows that
 *
 * The answer is a pure function of the flag set's revision and the context: each service of each node says the same (decision 57).
 */

import type { Client } from "@openfeature/server-sdk";
import type { Service as MoleculerService } from "moleculer";
import type { Broker, Meta, Mixin } from "../cluster";
import { provide } from "../cluster/provide";
import type { FlagContext } from "../contracts/platform/flag-shapes";
import { FlagAnswers } from "./flags/answers";

class Flags extends FlagAnswers {
	private domain: string | undefined;

	constructor(
		broker: Broker,
		private readonly owner: string
	) {
		super(broker);
	}

	/** A client of OpenFeature by this node's flags. Whoever asks for none does not load it. */
	async client(): Promise<Client> {
		const { OpenFeature } = openFeature();
		if (this.domain === undefined) {
			const { FlagProvider }: typeof import("./flags/provider") = require("./flags/provider");
			this.domain = this.owner;
			await OpenFeature.setProviderAndWait(this.domain, new FlagProvider(this));
		}
		return OpenFeature.getClient(this.domain);
	}

	async close(): Promise<void> {
		if (this.domain === undefined) return;
		const { NOOP_PROVIDER, OpenFeature } = openFeature();
		await OpenFeature.setProviderAndWait(this.domain, NOOP_PROVIDER);
	}
}

const openFeature = (): typeof import("@openfeature/server-sdk") => require("@openfeature/server-sdk");

/** Gives the service `this.flags`. */
export function flags(): Mixin<{ readonly flags: Flags }> {
	const held = new WeakMap<object, Flags>();
	return {
		created(this: MoleculerService) {
			const { broker, name } = this;
			const made = new Flags(broker as never, `${broker.nodeID}/${broker.instanceID}/${name}`);
			held.set(this, made);
			provide(this, { flags: made });
		},
		async stopped(this: MoleculerService) {
			await held.get(this)?.close();
		}
	};
}

/** Whom a call is for: the person who is signed in, or the key; nothing where nobody asked from outside. Never what a body says. */
export function contextOf({ caller }: Pick<Meta, "caller">): FlagContext {
	const targetingKey = caller?.person?.account ?? caller?.id;
	return targetingKey === undefined ? {} : { targetingKey };
}
