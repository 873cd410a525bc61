/** The inbox of a collection in MongoDB: receipts in the transaction of their effect, and how far each partition came. */

import type { ClientSession, Collection, Db } from "mongodb";
import { type Receipt, type Received, Repeated } from "../../announcements";
import { isDuplicate } from "../../mongo/faults";

export const inboxNames = (name: string): string[] => [`${name}.inbox`, `${name}.passed`];

export class MongoInbox {
	private readonly receipts: Collection;
	private readonly marks: Collection;

	constructor(db: Db, name: string) {
		const [receipts = "", marks = ""] = inboxNames(name);
		this.receipts = db.collection(receipts);
		this.marks = db.collection(marks);
	}

	/**
	 * In the transaction of the effect. Whoever's view of the marks is old meets, at the receipt, whoever kept and removed it
	 * since, and looks again. @throws Repeated
	 */
	async keep({ id, partition, position }: Receipt, session: ClientSession): Promise<void> {
		const passed = { _id: partition as never, position: { $gte: position } };
		if (await this.marks.findOne(passed, { session })) throw new Repeated(id);
		try {
			await this.receipts.insertOne({ _id: id as never, partition, position }, { session });
		} catch (error) {
			throw isDuplicate(error) ? new Repeated(id) : error;
		}
	}

	async received(): Promise<Received> {
		const passed: { _id: number; position: number }[] = await this.marks.find({}).toArray();
		const beyond: { _id: string }[] = await this.receipts.find({}).toArray();
		return {
			passed: new Map(passed.map(({ _id, position }) => [Number(_id), Number(position)])),
			beyond: new Set(beyond.map(({ _id }) => _id))
		};
	}

	/** Forgotten only once it is known that all before is passed. */
	async pass(marks: ReadonlyMap<number, number>): Promise<void> {
		for (const [partition, position] of marks) {
			await this.marks.updateOne({ _id: partition as never }, { $max: { position } }, { upsert: true });
			await this.receipts.deleteMany({ partition, position: { $lte: position } });
		}
	}
}
