/** Ways to servers that can be cut and made slow: by toxiproxy where it is installed, else by a small proxy of our own. */

export interface Wires extends AsyncDisposable {
	/** The port that leads to a server's own. */
	portTo(server: number): number;
	/** Each way is that much longer, in ms. */
	delay(ms: number): Promise<void>;
	/** Nothing comes through, and nobody is told. */
	cut(): Promise<void>;
	/** As they were. */
	mend(): Promise<void>;
}
