/** Several packets in one message: the length of each in four bytes, then the packet. */

const LENGTH_BYTES = 4;

export function framed(packets: readonly Buffer[]): Buffer {
	const frame = Buffer.allocUnsafe(packets.reduce((sum, { length }) => sum + LENGTH_BYTES + length, 0));
	let at = 0;
	for (const packet of packets) {
		at = frame.writeUInt32BE(packet.length, at);
		at += packet.copy(frame, at);
	}
	return frame;
}

/** Those that are whole. */
export function unframed(frame: Buffer): Buffer[] {
	const packets: Buffer[] = [];
	let at = 0;
	while (at + LENGTH_BYTES <= frame.length) {
		const from = at + LENGTH_BYTES;
		at = from + frame.readUInt32BE(at);
		if (at <= frame.length) packets.push(frame.subarray(from, at));
	}
	return packets;
}
