/**
 * Secrets that are set for the whole cluster (`config`), for a node that connects to what a definition names: asked for when a
 * connection is opened that names one which the node's own environment has not, and kept in nothing but that connection.
 */

import type { Broker } from "../cluster";
import { environmentOf, type Follow, follow } from "../cluster/followed";
import { settingsOf } from "../cluster/settings";
import type { OptionValue } from "../contracts/migration/records";
import { config } from "../contracts/platform/config";
import { OF_SECRETS } from "../contracts/platform/config-forms";
import { namesIn, type Variables } from "../domain/migration/references";
import { own } from "../domain/own";
import { fieldsOf, textOf } from "../domain/unknown";

type Given = Readonly<Record<string, OptionValue>>;
/** By name, under which key a secret is sealed: another one is another secret. */
type Keys = Readonly<Record<string, unknown>>;

const REVEAL = `${config.name}.reveal` as const;

export class Revealed {
	/** Undefined: the node is the operator's own command, and reads their environment alone. */
	private readonly known: Follow<Keys> | undefined;
	private readonly own: Variables;

	constructor(private readonly broker: Broker) {
		this.own = settingsOf(broker).environment;
		if (this.own.allows !== null) this.known = follow(broker, { set: "config", read: keysIn, start: {} });
	}

	/** What tells the secrets of a connection from those that had their names before. */
	versions(given: Given): string {
		const keys = this.known?.now.value ?? {};
		return this.lacking(given)
			.map(name => `${name} ${textOf(keys[name], "key") ?? ""}`)
			.join("\n");
	}

	/** The environment of this node, and what it lacks of what the connection names. @throws UNAVAILABLE */
	async variables(given: Given): Promise<Variables> {
		const names = this.lacking(given);
		if (names.length === 0 || !this.isKnown()) return this.own;
		const found = await this.broker.call(REVEAL, { environment: environmentOf(this.broker), names });
		return { allows: this.own.allows, value: name => this.own.value(name) ?? own(found, name) };
	}

	private lacking(given: Given): string[] {
		const { allows, value } = this.own;
		return this.known ? namesIn(given).filter(name => allows?.(name) && value(name) === undefined) : [];
	}

	/** Some node of the cluster keeps settings, or did. */
	private isKnown(): boolean {
		const { actions } = this.broker.registry as unknown as { readonly actions: { get(name: string): unknown } };
		return actions.get(REVEAL) !== undefined;
	}
}

const keysIn = (value: unknown): Keys => fieldsOf(fieldsOf(value)[OF_SECRETS]);
