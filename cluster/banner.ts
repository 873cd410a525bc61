/** What a node says in a terminal once it is up. Pure. */

interface About {
	readonly version: string;
	readonly node: string;
	/** Where its gateway listens; null where it runs none. */
	readonly address: string | null;
	/** The file of the first key, while it is there. */
	readonly keyFile: string | null;
	readonly dataDir: string;
	readonly services: readonly string[];
}

export function banner({ version, node, address, keyFile, dataDir, services }: About): string {
	const rows: readonly (readonly [string, string | null])[] = [
		["address", address],
		["docs page", address && `${address}/docs`],
		["API key", keyFile && `in ${keyFile}`],
		["data", dataDir],
		["services", address === null ? services.join(", ") : null]
	];
	const lines = rows.filter(([, says]) => says !== null).map(([what, says]) => `  ${what.padEnd(10)} ${says}`);
	return `\nBanyan ${version} is up, as ${node}.\n\n${lines.join("\n")}\n\n  Ctrl-C stops it; runs go on at the next start.\n\n`;
}
