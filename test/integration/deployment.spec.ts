/**
 * The files of a deployment, read by those who will read them: compose's own parser, kustomize, Kubernetes' schemas and those
 * of other people's kinds, kube-score, hadolint, nats-server, actionlint; and what kustomize makes of them, held against the
 * program once more.
 */

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Ajv from "ajv";
import { GROUPS } from "../../local/shape";
import { makeSecrets } from "../../scripts/deployment-secrets";
import { documentsOf, inKubernetes, ROOT, type Tree, yamlOf } from "../support/deployed";
import { configuredAs, unknownIn } from "../support/deployed-settings";

const CHECKERS = join(ROOT, ".cache", "checkers");
const python = (name: string): string => join(CHECKERS, "python", "bin", name);
const go = (name: string): string => join(CHECKERS, "go", name);

const folder = mkdtempSync(join(tmpdir(), "banyan-files-"));
const OVERLAYS = ["development", "production", "blue-green"];
const rendered = new Map<string, string>();

/** As kustomize makes it; with secrets of the day where an overlay makes some. */
beforeAll(() => {
	cpSync(join(ROOT, "k8s"), join(folder, "k8s"), { recursive: true });
	makeSecrets("k8s", join(folder, "k8s", "overlays", "development", "secrets"));
	for (const overlay of OVERLAYS) {
		const text = execFileSync(python("kubectl"), ["kustomize", join(folder, "k8s", "overlays", overlay)], {
			encoding: "utf8"
		});
		rendered.set(overlay, text);
		writeFileSync(join(folder, `${overlay}.yaml`), text);
	}
});
afterAll(() => rmSync(folder, { recursive: true }));

const objectsOf = (overlay: string): Tree[] => documentsOf(rendered.get(overlay) ?? "");

/** What a checker says, and how it ends. */
function said(command: string, args: readonly string[]): { readonly code: number | null; readonly text: string } {
	const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 26, cwd: ROOT });
	return { code: status, text: `${stdout ?? ""}${stderr ?? ""}` };
}

describe("the Dockerfile", () => {
	it("is clean to hadolint", () => {
		expect(said(python("hadolint"), ["Dockerfile"])).toEqual({ code: 0, text: "" });
	});
});

describe("compose files", () => {
	const config = (...files: readonly string[]) => said(go("compose-config"), files);
	const three = ["docker-compose.yml", "docker-compose.nats-cluster.yml"];

	it("are taken by compose's own parser, each alone and laid over another", () => {
		expect(config("docker-compose.yml").code).toBe(0);
		expect(config(...three).code).toBe(0);
	});

	it("come to three NATS servers that share nothing but their settings", () => {
		const { services } = yamlOf(config(...three).text);
		const stores = ["nats", "nats-2", "nats-3"].map(
			name => services[name].volumes.find(({ target }: Tree) => target === "/data").source
		);
		expect(new Set(stores).size).toBe(3);
		for (const name of ["gateway", "access", "migration", "stages"])
			expect(Object.keys(services[name].depends_on)).toEqual(
				expect.arrayContaining(["nats", "nats-2", "nats-3", "mongodb", "redis"])
			);
	});

	it.each([
		["an unknown key", "services: { one: { image: x, imagee: y } }"],
		["a service that is not there", "services: { one: { image: x, depends_on: [two] } }"],
		["a secret that is not there", "services: { one: { image: x, secrets: [two] } }"],
		["a variable that must be set", `services: { one: { image: "\${BANYAN_NOT_THERE:?}" } }`]
	])("would be refused with %s: the parser is no decoration", (_what, text) => {
		const file = join(folder, "bad.yml");
		writeFileSync(file, text);
		expect(config(file).code).toBe(1);
	});
});

describe("the workflow", () => {
	it("is clean to actionlint", () => {
		expect(said(go("actionlint"), ["-no-color", "-shellcheck=", "-pyflakes="])).toEqual({ code: 0, text: "" });
	});
});

/** A kind of somebody else, as its definition has it: what the definition does not know is no part of it. */
function schemas(): Map<string, object> {
	const found = new Map<string, object>();
	for (const file of readdirSync(join(CHECKERS, "crds"))) {
		const { spec } = yamlOf(readFileSync(join(CHECKERS, "crds", file), "utf8"));
		for (const { name, schema } of spec.versions)
			found.set(`${spec.group}/${name} ${spec.names.kind}`, closed(schema.openAPIV3Schema, true));
	}
	return found;
}

/** @param isObject the topmost one, whose kind, version and metadata are everybody's */
function closed(schema: Tree, isObject = false): Tree {
	if (Array.isArray(schema)) return schema.map(each => closed(each));
	if (schema === null || typeof schema !== "object") return schema;
	const copy: Tree = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
	const isClosed =
		schema.properties && !schema["x-kubernetes-preserve-unknown-fields"] && schema.additionalProperties === undefined;
	if (isClosed && schema.type === "object") copy.additionalProperties = false;
	// Go's regular expressions ignore case by another word.
	if (typeof copy.pattern === "string") copy.pattern = copy.pattern.replace(/^\^\(\?i\)(.*)\$$/, "^(?i:$1)$");
	if (isObject) copy.properties.metadata = { type: "object" };
	return copy;
}

describe.each(OVERLAYS)("k8s/overlays/%s", overlay => {
	it("is valid to Kubernetes' schemas, to the last field", () => {
		const { code, text } = said(python("kubernetes-validate"), ["--strict", join(folder, `${overlay}.yaml`)]);
		const faults = text.split("\n").filter(line => line.startsWith("ERROR"));
		expect({ code, faults }).toEqual({ code: 0, faults: [] });
		const unknown = [...text.matchAll(/Couldn't find schema for kind (\w+) with api version (\S+)/g)].map(
			([, kind, version]) => `${version} ${kind}`
		);
		const known = schemas();
		expect(unknown.filter(kind => !known.has(kind))).toEqual([]);
	});

	it("is valid to the definitions of other people's kinds, to the last field", () => {
		const known = schemas();
		const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
		const faults = objectsOf(overlay).flatMap(object => {
			const schema = known.get(`${object.apiVersion} ${object.kind}`);
			if (!schema || ajv.validate(schema, object)) return [];
			return [`${object.kind} ${object.metadata.name}: ${ajv.errorsText()}`];
		});
		expect(faults).toEqual([]);
	});

	it("is clean to kube-score; what it is told not to ask for says why, at the place", () => {
		const { text } = said(go("kube-score"), ["score", "--output-format", "ci", join(folder, `${overlay}.yaml`)]);
		expect(text.split("\n").filter(line => /^\[(CRITICAL|WARNING)\]/.test(line))).toEqual([]);
		expect(text).toMatch(/^\[OK\]/m);
	});

	it("sets what the program reads: it takes the settings of each group as they are", () => {
		const secrets = join(folder, "k8s", "overlays", "development", "secrets");
		const deployed = inKubernetes(objectsOf(overlay));
		expect(deployed.map(({ name }) => name).sort()).toEqual(Object.keys(GROUPS).sort());
		for (const one of deployed) {
			expect(unknownIn(one.variables)).toEqual([]);
			expect(configuredAs(one, secrets).settings.store).toBe("cluster");
			for (const name of ["CLUSTER_KEY_FILE", "MONGODB_URL_FILE"]) expect(one.files).toContain(one.variables[name]);
		}
	});

	it("names only secrets and settings that are there, or that the guide has one make", () => {
		const objects = objectsOf(overlay);
		const made = objects.filter(({ kind }) => kind === "Secret").map(({ metadata }) => metadata.name);
		const guide = readFileSync(join(ROOT, "docs", "deployment.md"), "utf8");
		const named = [
			...(rendered.get(overlay) ?? "").matchAll(/- secret:\n(?:\s+.*\n)*?\s+name: (\S+)|secretName: (\S+)/g)
		].map(([, source, volume]) => String(source ?? volume));
		expect(named).not.toEqual([]);
		for (const name of named) if (!made.includes(name)) expect(guide).toContain(`\`${name}\``);
		if (overlay !== "development") expect(made).toEqual([]);
	});
});

describe("configurations of servers", () => {
	/** As a container has them: a mount namespace of this process alone. */
	const inPlace = (mounts: Readonly<Record<string, string>>, command: string) =>
		said("unshare", [
			"--mount",
			"bash",
			"-ec",
			[
				"mount -t tmpfs tmpfs /run",
				"mount -t tmpfs tmpfs /mnt && mkdir -p /mnt/up /mnt/work /mnt/root",
				"mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/up,workdir=/mnt/work /etc",
				...Object.entries(mounts).map(([at, from]) => `mkdir -p ${at} && cp -rL ${from}/. ${at}/`),
				command
			].join("\n")
		]);
	const nats = join(ROOT, ".cache", "nats", "bin", "nats-server");

	it.each(["nats.conf", "nats-cluster.conf"])("compose/%s is valid to nats-server", name => {
		const secrets = join(folder, "compose");
		makeSecrets("compose", secrets);
		const run = join(folder, `run-${name}`);
		mkdirSync(run);
		for (const file of ["ca.crt", "nats.crt", "nats.key"]) cpSync(join(secrets, "certificates", file), join(run, file));
		cpSync(join(secrets, "nats-routes.conf"), join(run, "routes.conf"));
		const etc = join(folder, `etc-${name}`);
		mkdirSync(etc);
		for (const file of ["nats.conf", "nats-cluster.conf"]) cpSync(join(ROOT, "compose", file), join(etc, file));
		cpSync(join(ROOT, "compose", "nats-accounts.conf"), join(etc, "accounts.conf"));
		const { code, text } = inPlace(
			{ "/run/secrets": run, "/etc/nats": etc },
			`NATS_NAME=nats ${nats} -t --config /etc/nats/${name}`
		);
		expect(text).toContain("is valid");
		expect(code).toBe(0);
	});

	it.each(OVERLAYS)("of NATS in k8s/overlays/%s is valid to nats-server", overlay => {
		const map = objectsOf(overlay).find(
			({ kind, metadata }) => kind === "ConfigMap" && metadata.name.startsWith("nats")
		);
		const [etc, run] = [join(folder, `etc-${overlay}`), join(folder, `run-${overlay}`)];
		for (const path of [etc, run]) mkdirSync(path);
		for (const [name, text] of Object.entries<string>(map.data)) writeFileSync(join(etc, name), text);
		const secrets = join(folder, "k8s", "overlays", "development", "secrets");
		for (const [name, from] of Object.entries({
			"ca.crt": "certificates/ca.crt",
			"tls.crt": "certificates/nats.crt",
			"tls.key": "certificates/nats.key",
			"routes.conf": "nats-routes.conf"
		}))
			cpSync(join(secrets, from), join(run, name));
		const { text } = inPlace(
			{ "/run/secrets/nats": run, "/etc/nats": etc },
			`POD_NAME=nats-0 ${nats} -t --config /etc/nats/nats.conf`
		);
		expect(text).toContain("is valid");
	});
});
