/** What can befall a store, a file or one on servers. */

/** The disk or the store's size limit is reached; nothing of what was asked is stored. */
export class StoreFull extends Error {
	override readonly name = "StoreFull";
	readonly code = "STORE_FULL";
	/** @param why the rest of the sentence, with what to do */
	constructor(store: string, why = "the disk is full or its size limit is reached. Free space, then start again.") {
		super(`The store '${store}' cannot grow: ${why}`);
	}
}

const OWN_FOLDER = "Run as the owner of its folder, or set DATA_DIR to another one.";
const FILE_DENIED = {
	read: `may not be read by this process. ${OWN_FOLDER}`,
	write: `cannot be written: it is another user's, or the file system is read-only. ${OWN_FOLDER}`
};

/** The file is another user's, or its file system is read-only, or servers do not let us; nothing of what was asked is stored. */
export class StoreDenied extends Error {
	override readonly name = "StoreDenied";
	readonly code = "STORE_DENIED";
	/** @param why the rest of the sentence, with what to do */
	constructor(store: string, access: "read" | "write", why = FILE_DENIED[access]) {
		super(`The store '${store}' ${why}`);
	}
}

/** The file is not a readable store. */
export class StoreBroken extends Error {
	override readonly name = "StoreBroken";
	readonly code = "STORE_BROKEN";
	constructor(file: string, detail: string) {
		super(`The store '${file}' cannot be used (${detail}). Restore it from a backup, or move it away to begin anew.`);
	}
}

/** Another process kept the store locked for too long; nothing of what was asked is stored, and it may be tried again. */
export class StoreBusy extends Error {
	override readonly name = "StoreBusy";
	readonly code = "STORE_BUSY";
	constructor(file: string, waitedMs: number) {
		super(`The store '${file}' has been locked by another process for ${waitedMs} ms: look for one that hangs.`);
	}
}

/**
 * Servers that keep the store do not answer, or have nobody who decides. What was asked may have been stored: it may be
 * asked again, the same under the same id.
 */
export class StoreAway extends Error {
	override readonly name = "StoreAway";
	readonly code = "STORE_AWAY";
	/** @param why the rest of the sentence, with what to do */
	constructor(
		store: string,
		readonly waitedMs: number,
		why: string
	) {
		super(`The store '${store}' does not answer (for ${Math.round(waitedMs)} ms): ${why}`);
	}
}

/** Servers cannot keep the store as it must be kept, or keep another one under its name: nothing is changed there. */
export class StoreUnfit extends Error {
	override readonly name = "StoreUnfit";
	readonly code = "STORE_UNFIT";
	constructor(store: string, why: string) {
		super(`The store '${store}' cannot be kept there: ${why}`);
	}
}

/** Used before it is open or after it was closed, or written to where it is open for reading; nothing of it is stored. */
export class StoreClosed extends Error {
	override readonly name = "StoreClosed";
	readonly code = "STORE_CLOSED";
}
