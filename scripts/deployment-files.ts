/** Files of a deployment that follow from the sources: who may say what at NATS, and Prometheus' rules as Kubernetes takes them. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { CONTRACTS } from "../contracts/cluster";
import { permissionsOf, usersText } from "../domain/platform/nats-permissions";
import { GROUPS } from "../local/shape";

const ROOT = join(__dirname, "..");
const RULES = join(ROOT, "monitoring", "rules");

/** The accounts of NATS servers that know nodes by their certificates. */
export const natsAccounts = (): string => `# Who may say and hear what, by certificate: \`npm run docs\` writes it.
accounts {
  NODES {
    jetstream: enabled
    users: [
${usersText(permissionsOf({ groups: GROUPS, contracts: CONTRACTS, namespace: "banyan" }))}
    ]
  }
  SYSTEM {
    users: [
      {
        user: "CN=system"
      }
    ]
  }
}
system_account: SYSTEM
`;

/** `monitoring/rules` as an object of Prometheus' operator. */
export function prometheusRule(): string {
	const groups = readdirSync(RULES)
		.filter(name => name.endsWith(".yml"))
		.sort()
		.flatMap(
			name => (parse(readFileSync(join(RULES, name), "utf8")) as { readonly groups: readonly unknown[] }).groups
		);
	const object = {
		apiVersion: "monitoring.coreos.com/v1",
		kind: "PrometheusRule",
		metadata: { name: "banyan" },
		spec: { groups }
	};
	return `# monitoring/rules, for Prometheus' operator: \`npm run docs\` writes it.\n${stringify(object, { lineWidth: 0 })}`;
}

/** By its path, what each of them holds. */
export const deploymentFiles = (): Readonly<Record<string, string>> => {
	const accounts = natsAccounts();
	return {
		"compose/nats-accounts.conf": accounts,
		"k8s/base/servers/nats-accounts.conf": accounts,
		"k8s/overlays/production/rules.yaml": prometheusRule()
	};
};
