/** Secrets that are set: each sealed with a key of its own, which is kept beside the revisions, sealed with the ring. */

import { enveloped, keyAnew, opened } from "../../../adapters/secrets/envelope";
import type { Sealer } from "../../../adapters/secrets/sealer";
import { failure } from "../../../cluster/errors";
import { OF_SECRETS } from "../../../contracts/platform/config-forms";
import { own, remade } from "../../../domain/own";
import { type ConfigValue, isSealed, type Wanted } from "../../../domain/platform/config/values";
import type { KeptRevisions, KeptText } from "../../../mixins/revisions.mixin";

const KEYS = "key:";
const placeOf = (environment: string, name: string): string => `config ${environment} ${name}`;

export class ConfigSecrets {
	constructor(
		private readonly revisions: KeptRevisions<ConfigValue>,
		private readonly sealer: Sealer
	) {}

	/** The same, with its secrets sealed, and their keys, to be kept with it. */
	sealed(environment: string, wanted: Wanted): { readonly wanted: Wanted; readonly beside: readonly KeptText[] } {
		const beside: KeptText[] = [];
		const seal = (value: Wanted[string][string], name: string): Wanted[string][string] => {
			if (typeof value !== "string") return value;
			const { envelope, key } = enveloped(this.sealer, value, placeOf(environment, name));
			beside.push({ ...key, id: `${KEYS}${key.id}` });
			return { ...envelope };
		};
		return {
			wanted: remade(wanted, (values, service) => (service === OF_SECRETS ? remade(values, seal) : values)),
			beside
		};
	}

	/** In the clear; those that are not set are left out. */
	async revealed(environment: string, names: readonly string[]): Promise<Record<string, string>> {
		const { value } = await this.revisions.of(environment).current();
		const found = await Promise.all(
			names.map(async name => [name, await this.open(environment, name, value)] as const)
		);
		return Object.fromEntries(found.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])));
	}

	private async open(environment: string, name: string, value: ConfigValue): Promise<string | undefined> {
		const envelope = own(value[OF_SECRETS], name);
		if (!isSealed(envelope)) return undefined;
		const kept = await this.revisions.textOf(`${KEYS}${envelope.key}`);
		if (kept === undefined) throw failure("STORE_FAILED", `The key of the secret ${name} is gone: set it anew.`);
		return opened(this.sealer, envelope, kept, placeOf(environment, name));
	}

	/** Each key with the newest of the ring: what it sealed stays as it is. */
	async resealed(): Promise<{ readonly left: number; readonly resealed: number }> {
		let resealed = 0;
		for await (const { id, text } of this.revisions.beside(KEYS)) {
			const anew = keyAnew(this.sealer, { id: id.slice(KEYS.length), text });
			if (anew === undefined) continue;
			await this.revisions.rewrite({ id, text: anew });
			resealed++;
		}
		return { left: 0, resealed };
	}
}
