/** A real mail server, which says of each letter what a test wants. */

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer } from "smtp-server";

export interface MailServer extends AsyncDisposable {
	readonly url: string;
	/** What it took over, in its order. */
	readonly letters: (Email & { readonly rcpt: readonly string[] })[];
	/** How often somebody wanted to give it one. */
	tries: number;
	/** What it says to recipients from now on; undefined: yes. `hang`: nothing, for ever. */
	says: { readonly status: number; readonly at?: "rcpt" | "data" } | "hang" | undefined;
}

const refusal = (status: number, to: string): Error =>
	Object.assign(new Error(`<${to}>: that is how it is`), { responseCode: status });

export async function startMailServer(): Promise<MailServer> {
	const mail = { letters: [], tries: 0, says: undefined } as unknown as MailServer;
	const server = new SMTPServer({
		authOptional: true,
		disabledCommands: ["STARTTLS"],
		onRcptTo({ address }, _session, done) {
			mail.tries++;
			if (mail.says === "hang") return;
			const { status, at = "rcpt" } = mail.says ?? { status: 0, at: "" };
			done(at === "rcpt" ? refusal(status, address) : null);
		},
		onData(stream, { envelope }, done) {
			const chunks: Buffer[] = [];
			stream.on("data", chunk => chunks.push(chunk));
			stream.once("end", async () => {
				const says = mail.says;
				if (typeof says === "object") return done(refusal(says.status, "data"));
				const rcpt = envelope.rcptTo.map(({ address }) => address);
				mail.letters.push({ ...(await PostalMime.parse(Buffer.concat(chunks))), rcpt });
				done(null);
			});
		}
	});
	server.on("error", () => undefined);
	server.listen(0, "127.0.0.1");
	await once(server.server, "listening");
	const { port } = server.server.address() as AddressInfo;
	return Object.assign(mail, {
		url: `smtp://127.0.0.1:${port}`,
		[Symbol.asyncDispose]: () => new Promise<void>(resolve => server.close(() => resolve()))
	});
}
