/**
 * A sample Marzneshin (v0.7.4): a stand-in for tests and demonstrations that answers as the real one was seen to,
 * traps included, over the recorded users and any number of made-up ones. No node runs behind it.
 */
import { type Ground, type Panel, type PanelOptions, start } from "../panel";
import { adminRoutes } from "./admins";
import { type Algorithm, type Credentials, credentialsBy } from "./credentials";
import { documentRoutes } from "./document";
import { type Marzneshin, secretOf, type Version } from "./marzneshin";
import { review } from "./review";
import { seed } from "./seed";
import { infrastructureRoutes } from "./services";
import { subscriptionRoutes } from "./subscriptions";
import { systemRoutes } from "./system";
import { tables } from "./tables";
import { userRoutes } from "./user-routes";

export interface MarzneshinOptions extends PanelOptions {
	/** Made-up users beside the 999 recorded ones, in a file without any. @default 0 */
	readonly users?: number;
	/** Which made-up users. @default 1 */
	readonly usersSeed?: number;
	/** How keys become credentials. @default "xxh128" */
	readonly authAlgorithm?: Algorithm;
	/** @default "v0.7.4" */
	readonly version?: Version;
}

function prepare(ground: Ground, credentials: Credentials, options: MarzneshinOptions): Marzneshin {
	ground.store.db.exec(tables);
	seed(ground, options.users ?? 0, options.usersSeed ?? 1);
	return { ...ground, credentials, version: options.version ?? "v0.7.4", secret: secretOf(ground) };
}

export async function startMarzneshin(options: MarzneshinOptions = {}): Promise<Panel> {
	const credentials = await credentialsBy(options.authAlgorithm ?? "xxh128");
	return start(options, {
		panel: "marzneshin",
		jobSeconds: 30,
		build: ground => {
			const marzneshin = prepare(ground, credentials, options);
			const routes = [
				...documentRoutes(marzneshin),
				...adminRoutes(marzneshin),
				...infrastructureRoutes(marzneshin),
				...systemRoutes(marzneshin),
				...userRoutes(marzneshin),
				...subscriptionRoutes(marzneshin)
			];
			return { routes, review: () => review(marzneshin) };
		}
	});
}
