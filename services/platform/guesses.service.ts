import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { settingsFor } from "../../cluster/settings";
import type { ResultOf } from "../../contracts/contract";
import { guesses } from "../../contracts/platform/guesses";
import { networkOf, regionOf } from "../../domain/client-address";
import { canonical } from "../../domain/platform/guesses";
import { messageOf } from "../../domain/unknown";
import { collection } from "../../mixins/collection.mixin";
import { secrets } from "../../mixins/secrets.mixin";
import { type Counted, Counts, type KeptCount } from "./guesses/counts";
import { deviceFor, deviceOf } from "./guesses/devices";
import { type Rules, rulesOf } from "./guesses/rules";
import { Sweeping } from "./guesses/sweeping";

const { reserve, settle, device, sweep } = guesses.actions;
const { metrics } = guesses;

/** 128 bits of a digest, in base64url. */
const LETTERS = 22;

@Service(guesses)
export default class GuessesService
	extends service(secrets(), collection<"guesses", KeptCount>("guesses", "id", { indexes: ["goneAt"] }))
	implements Answers<typeof guesses>
{
	private counts!: Counts;
	private sweeping!: Sweeping;

	async started(): Promise<void> {
		const settings = settingsFor(this.broker, guesses);
		this.counts = new Counts(this.guesses, Date.now);
		this.sweeping = new Sweeping(this.guesses, settings.kept);
	}

	private get rules(): Rules {
		return rulesOf(settingsFor(this.broker, guesses));
	}

	@Action(reserve)
	async reserve({ params }: CallOf<typeof reserve>): Promise<ResultOf<typeof reserve>> {
		const reserved = await this.counts.reserve(this.countedIn(params));
		if ("attempt" in reserved) {
			if (this.sweeping.grew(reserved.made)) void this.sweptOrTold();
			return { attempt: reserved.attempt, waitMs: 0 };
		}
		this.broker.metrics.increment(metrics.refused.name, { by: reserved.by });
		return { attempt: null, waitMs: reserved.waitMs };
	}

	@Action(settle)
	settle({ params }: CallOf<typeof settle>): Promise<boolean> {
		return this.counts.settle(params.attempt, params.wrong, this.rules);
	}

	@Action(device)
	async device({ params }: CallOf<typeof device>): Promise<ResultOf<typeof device>> {
		return deviceFor(this.secrets, params.subjects, params.given);
	}

	/**
	 * A device of theirs is counted by itself: neither strangers nor neighbours shut its owner out (GHSA-cq42-vhv7-xr7p). All
	 * others share the count of whom they guess at, and have one of where they are.
	 */
	private countedIn({ kind, subject, address, device }: CallOf<typeof reserve>["params"]): Counted[] {
		const known = deviceOf(this.secrets, device, subject);
		const whom = `${kind} ${canonical(subject)}`;
		if (known !== undefined) return [this.counted("device", `${known} ${whom}`)];
		const region = regionOf(address);
		return [
			...(region === undefined ? [] : [this.counted("region", region)]),
			this.counted("network", networkOf(address)),
			this.counted("subject", whom)
		];
	}

	private counted(by: Counted["by"], what: string): Counted {
		return { by, id: this.secrets.derive(`guesses ${by} ${what}`).slice(0, LETTERS), rule: this.rules[by] };
	}

	@Action(sweep)
	sweep(_ctx: CallOf<typeof sweep>): Promise<number> {
		return this.swept();
	}

	private async swept(): Promise<number> {
		const { kept, evicted, over } = await this.sweeping.sweep(Date.now());
		this.broker.metrics.set(metrics.kept.name, kept);
		if (evicted > 0) this.broker.metrics.increment(metrics.evicted.name, {}, evicted);
		return over + evicted;
	}

	/** Before its time: nobody waits for it. On a full disk it can wait. */
	private async sweptOrTold(): Promise<void> {
		try {
			await this.swept();
		} catch (error) {
			this.logger.warn(`The counts of wrong guesses could not be looked through: ${messageOf(error)}`);
		}
	}
}
