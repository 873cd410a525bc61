/** What can befall a store that is a file. */

/** The disk or the store's size limit is reached; nothing of what was asked is stored. */
export class StoreFull extends Error {
	override readonly name = "StoreFull";
	readonly code = "STORE_FULL";
	constructor(file: string) {
		super(
			`The store '${file}' cannot grow: the disk is full or its size limit is reached. Free space, then start again.`
		);
	}
}

/** The file is another user's, or its file system is read-only; nothing of what was asked is stored. */
export class StoreDenied extends Error {
	override readonly name = "StoreDenied";
	readonly code = "STORE_DENIED";
	constructor(file: string, access: "read" | "write") {
		const why =
			access === "read"
				? "may not be read by this process"
				: "cannot be written: it is another user's, or the file system is read-only";
		super(`The store '${file}' ${why}. Run as the owner of its folder, or set DATA_DIR to another one.`);
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

/** Used before it is open or after it was closed, or written to where it is open for reading; nothing of it is stored. */
export class StoreClosed extends Error {
	override readonly name = "StoreClosed";
	readonly code = "STORE_CLOSED";
}
