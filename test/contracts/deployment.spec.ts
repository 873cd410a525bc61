/**
 * The files of a deployment, held against the program: a setting, a port, a path, a service or a metric that is renamed, or
 * added and needed, is found here and not at somebody's first start.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { NODE_FLAGS } from "../../bench/product";
import { SettingError } from "../../cluster/environment";
import { stopBoundMs } from "../../cluster/stopping";
import { readSettings, VARIABLES } from "../../cluster/variables";
import { metricsDocument } from "../../domain/platform/metrics-document";
import { OPEN_ROUTES } from "../../domain/platform/open-routes";
import { GROUPS } from "../../local/shape";
import { GRACE_MS } from "../../local/stop";
import { deploymentFiles } from "../../scripts/deployment-files";
import { makeSecrets } from "../../scripts/deployment-secrets";
import {
	baseObjects,
	composed,
	type Deployed,
	documentsOf,
	inKubernetes,
	ROOT,
	runBy,
	type Tree,
	textOf,
	yamlOf
} from "../support/deployed";
import { configuredAs, unknownIn } from "../support/deployed-settings";
import { dockerfile, environmentOf, listIn, type Stage, saidIn } from "../support/image";

const folder = mkdtempSync(join(tmpdir(), "banyan-deployment-"));
beforeAll(() => {
	for (const kind of ["compose", "k8s"]) makeSecrets(kind, join(folder, kind));
});
afterAll(() => rmSync(folder, { recursive: true }));

const configured = (kind: string, one: Deployed, without: readonly string[] = []) =>
	configuredAs(one, join(folder, kind), without);

const THREE = "docker-compose.nats-cluster.yml";

describe.each<[string, string, Deployed[]]>([
	["docker-compose.yml", "compose", composed("docker-compose.yml")],
	["docker-compose.yml with three NATS servers", "compose", composed("docker-compose.yml", THREE)],
	["k8s/base", "k8s", inKubernetes(baseObjects())]
])("%s", (_file, kind, deployed) => {
	const each = deployed.map((one): [string, Deployed] => [one.name, one]);

	it("runs every service of the program, each in one group, as the cluster on one machine does", () => {
		const groups = Object.fromEntries(
			deployed.map(({ name, variables }) => [name, variables.SERVICES?.split(",").sort()])
		);
		expect(groups).toEqual(
			Object.fromEntries(Object.entries(GROUPS).map(([name, services]) => [name, [...services].sort()]))
		);
		expect(Object.values(runBy(deployed)).map(names => names.length)).toEqual(
			Object.values(runBy(deployed)).map(() => 1)
		);
	});

	it.each(each)("%s: sets what the program reads, and nothing else", (_name, { variables }) => {
		expect(unknownIn(variables)).toEqual([]);
	});

	it.each(each)("%s: the program takes it as it is", (_name, one) => {
		expect(configured(kind, one).settings.store).toBe("cluster");
	});

	it.each(["CLUSTER_KEY_FILE", "MONGODB_URL_FILE", "REDIS_URL_FILE", "TRANSPORTER_CERT_FILE"])(
		"names by %s a file that is mounted there",
		name => {
			for (const { variables, files } of deployed) expect(files).toContain(variables[name]);
		}
	);

	it.each(["TRANSPORTER", "MONGODB_URL_FILE", "NODE_IDENTITY_FILE", "TRANSPORTER_KEY_FILE"])(
		"sets %s, without which the program would not begin: it says so",
		name => {
			for (const one of deployed) expect(() => configured(kind, one, [name])).toThrow(SettingError);
		}
	);

	it.each(each)("%s: is of the group that it is called by, which NATS knows it for", (name, { variables }) => {
		expect(variables.NODE_GROUP).toBe(name);
	});

	it.each(each)("%s: opens the ports that its settings name", (name, { variables, ports }) => {
		const wanted = [variables.METRICS_PORT, variables.NODE_HTTP_PORT].map(Number);
		if (ports.length > 1) expect(ports).toEqual(expect.arrayContaining(wanted));
		expect(ports.includes(Number(variables.GATEWAY_PORT))).toBe(name === "gateway");
		for (const port of wanted) expect(port).toBeGreaterThan(0);
	});

	it.each(each)("%s: is asked at paths that are there", (_name, { probes, variables }) => {
		for (const { path, port } of probes) {
			expect([Number(variables.METRICS_PORT), Number(variables.GATEWAY_PORT)]).toContain(port);
			expect(OPEN_ROUTES.map(route => route.path)).toContain(path);
		}
	});

	it.each(each)("%s: is given the time that it takes to stop", (_name, one) => {
		const { calls } = configured(kind, one).settings;
		expect(one.graceSeconds * 1000).toBeGreaterThan(stopBoundMs(calls));
	});

	it("publishes to this host alone", () => {
		for (const { published } of deployed) for (const each of published) expect(each).toMatch(/^127\.0\.0\.1:/);
	});
});

describe("the Dockerfile", () => {
	const stages = dockerfile();
	const program = stages.at(-1) as Stage;

	it("sets what the program reads, and beyond the loopback only in the image", () => {
		for (const [name, value] of Object.entries(environmentOf(program)))
			if (name !== "NODE_ENV") expect([name, VARIABLES[name]?.read(value)]).not.toContain(undefined);
	});

	it("names the ports that its settings open", () => {
		const { GATEWAY_PORT, METRICS_PORT, NODE_HTTP_PORT } = environmentOf(program);
		expect(saidIn(program, "EXPOSE").join(" ").split(" ")).toEqual([GATEWAY_PORT, METRICS_PORT, NODE_HTTP_PORT]);
	});

	it("begins Node as `make start` does, and by a list, so that signals come to it", () => {
		expect(listIn(saidIn(program, "CMD").join())).toEqual(["node", ...NODE_FLAGS, "dist/start.js"]);
	});

	it("asks for its health at a path that every node answers", () => {
		const [, path = ""] = /METRICS_PORT\}(\/\w+)`/.exec(saidIn(program, "HEALTHCHECK").join()) ?? [];
		expect(OPEN_ROUTES.map(route => route.path)).toContain(path);
	});

	it("is of one pinned Node in all stages, ends as a number that is not root, and takes from the build only what runs", () => {
		for (const { image } of stages) expect(image).toMatch(/^node:24\.\d+\.\d+-trixie-slim$/);
		expect(saidIn(program, "USER")).toEqual(["10001:10001"]);
		expect(saidIn(program, "COPY").map(rest => rest.split(" ")[0])).toEqual([
			"--from=dependencies",
			"--from=build",
			"package.json"
		]);
	});

	it("is given by .dockerignore what the build reads, and nothing else", () => {
		const kept = [...textOf(".dockerignore").matchAll(/^!(.+)$/gm)].map(([, name]) => name);
		const { include } = yamlOf(textOf("tsconfig.json"));
		const built = include.filter((name: string) => !["bench", "scripts", "test", "monitoring"].includes(name));
		const folders = built.filter((name: string) => !name.endsWith(".ts"));
		const { build } = (JSON.parse(textOf("package.json")) as { scripts: Record<string, string> }).scripts;
		const scripts = build?.match(/\bscripts\/[\w.-]+/g) ?? [];
		expect(scripts.length).toBeGreaterThan(0);
		expect(kept).toEqual(expect.arrayContaining([...folders, "*.ts", ...scripts]));
		expect(textOf(".dockerignore")).toMatch(/^\*$/m);
		for (const secret of ["compose", "k8s", "data", ".git", "certificates"]) expect(kept).not.toContain(secret);
	});
});

describe("containers of the compose files", () => {
	const { services, networks, secrets } = yamlOf(textOf("docker-compose.yml"));
	const each = Object.entries<Tree>(services);

	it.each(each)("%s cannot write its root, gain a power, or take all of the host", (_name, service) => {
		expect(service).toMatchObject({ read_only: true, cap_drop: ["ALL"], security_opt: ["no-new-privileges:true"] });
		expect(service.deploy.resources.limits).toMatchObject({ cpus: expect.any(String), memory: expect.any(String) });
		expect(service.image).toMatch(/:[\w.${}:-]+$/);
		expect(service.image).not.toMatch(/:latest/);
	});

	it("publish to this host alone, and servers not at all", () => {
		const published = each.filter(([, { ports }]) => ports).map(([name]) => name);
		expect(published).toEqual(["gateway", "grafana", "jaeger"]);
		for (const name of ["bus", "store", "watch"]) expect(networks[name]).toEqual({ internal: true });
		for (const name of ["nats", "mongodb", "redis"])
			for (const network of services[name].networks) expect(networks[network].internal).toBe(true);
	});

	it("start once what they need is well, wherever that can be asked", () => {
		for (const [, { depends_on: needed = {} }] of each)
			for (const [name, { condition }] of Object.entries<Tree>(needed)) {
				expect(condition).toBe("service_healthy");
				expect(services[name].healthcheck).toBeDefined();
			}
	});

	it("get every secret as a file that is made, and that git does not have", () => {
		const made = readdirSync(join(folder, "compose"), { recursive: true }).map(String);
		for (const { file } of Object.values<Tree>(secrets)) expect(made).toContain(relative("compose/secrets", file));
		for (const [, { environment = {} }] of each)
			for (const name of Object.keys(environment)) expect(name).not.toMatch(/(PASSWORD|SECRET|TOKEN|KEY)$/);
		expect(textOf(".gitignore")).toContain("compose/secrets/\n");
		expect(textOf(".gitignore")).toContain("k8s/overlays/development/secrets/\n");
	});
});

describe("objects of Kubernetes", () => {
	const objects = baseObjects();
	const ofKind = (kind: string): Tree[] => objects.filter(object => object.kind === kind);

	it("keep what Kubernetes says of services from being read as settings", () => {
		const collides = ofKind("Service").flatMap(({ metadata }) =>
			["HOST", "PORT"]
				.map(end => `${metadata.name.toUpperCase()}_${end}`)
				.filter(name => Object.hasOwn(VARIABLES, name))
		);
		expect(collides).toEqual(["GATEWAY_HOST", "GATEWAY_PORT"]);
		for (const { spec } of ofKind("Deployment")) expect(spec.template.spec.enableServiceLinks).toBe(false);
	});

	it("scale by figures that the program has", () => {
		const asked = ofKind("HorizontalPodAutoscaler").flatMap(({ spec }) =>
			spec.metrics.flatMap(({ pods }: Tree) => pods?.metric.name ?? [])
		);
		expect(asked).not.toEqual([]);
		const { rules } = yamlOf(textOf("monitoring", "prometheus-adapter.yml"));
		for (const name of asked) {
			expect(metricsDocument()).toContain(`\`${name}\``);
			expect(rules.custom.map(({ name: { as } }: Tree) => as)).toContain(name);
		}
	});

	it("let nodes through to each other and to servers at the ports that these have", () => {
		const { data } = ofKind("ConfigMap").find(({ metadata }) => metadata.name === "banyan");
		const policies = JSON.stringify(ofKind("NetworkPolicy").map(({ spec }) => spec));
		const nats = [...data.TRANSPORTER.matchAll(/:(\d+)(?:,|$)/g)].map(([, port]) => port);
		for (const port of [data.NODE_HTTP_PORT, ...nats, "6379", "27017", "4318"])
			expect(policies).toContain(`"port":${port}`);
		const [all] = ofKind("NetworkPolicy");
		expect(all.spec).toEqual({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
	});

	it("keep at least as many nodes as one may lose, of each group", () => {
		const budgets = ofKind("PodDisruptionBudget").map(({ metadata }) => metadata.name);
		const scaled = ofKind("HorizontalPodAutoscaler");
		expect(scaled.map(({ metadata }) => metadata.name).sort()).toEqual(Object.keys(GROUPS).sort());
		for (const { metadata, spec } of scaled) {
			expect(spec.minReplicas).toBeGreaterThanOrEqual(2);
			expect(budgets).toContain(metadata.name);
		}
	});

	it("leave room in the quota for all that they may ask for", () => {
		const { spec } = ofKind("ResourceQuota")[0];
		const most = ofKind("HorizontalPodAutoscaler").reduce((sum, { spec: { maxReplicas } }) => sum + maxReplicas + 1, 0);
		expect(Number(spec.hard.pods)).toBeGreaterThan(most + 3 + 1 + 3);
	});

	it("hold no secret, whatever overlay is laid over them", () => {
		const files = readdirSync(join(ROOT, "k8s"), { recursive: true }).map(String);
		for (const file of files.filter(name => /\.ya?ml$/.test(name) && !name.includes("secrets/")))
			for (const { kind } of documentsOf(textOf("k8s", file))) expect([file, kind]).not.toEqual([file, "Secret"]);
	});

	it("run all as a user that is not root, without powers, on a root that cannot be written", () => {
		for (const { spec } of [...ofKind("Deployment"), ...ofKind("StatefulSet")]) {
			const { securityContext, containers } = spec.template.spec;
			expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
			for (const container of containers)
				expect(container.securityContext).toEqual({
					allowPrivilegeEscalation: false,
					readOnlyRootFilesystem: true,
					capabilities: { drop: ["ALL"] }
				});
		}
	});
});

describe("whoever else looks after a node", () => {
	it("is told to wait for as long as it may take to stop, and so does the supervisor of `make cluster`", () => {
		const most = stopBoundMs(readSettings({}).calls);
		const [, unit] = /^TimeoutStopSec=(\d+)$/m.exec(textOf("docs", "runbooks", "behind-a-proxy.md")) ?? [];
		const [, told] = /send SIGTERM and wait for (\d+) s/.exec(textOf("docs", "operations.md")) ?? [];
		for (const seconds of [unit, told]) expect(Number(seconds) * 1000).toBeGreaterThan(most);
		for (const kind of ["node", "gateway"] as const) expect(GRACE_MS[kind]).toBeGreaterThan(most);
	});
});

describe("files that follow from the sources", () => {
	it.each(Object.entries(deploymentFiles()))("%s is as they have it now: `npm run docs` writes it", (path, text) => {
		expect(textOf(path)).toBe(text);
	});
});

describe("`make`", () => {
	it.each(["up", "health", "logs", "scale", "down"])("has microservices-%s, which says what is missing", verb => {
		expect(textOf("Makefile")).toMatch(new RegExp(`^[\\w -]*microservices-${verb}\\b.*:`, "m"));
		const { status, stderr } = spawnSync("/bin/bash", [join(ROOT, "scripts", "microservices.sh"), verb], {
			env: { PATH: join(folder, "compose") },
			encoding: "utf8"
		});
		expect([status, stderr]).toEqual([1, expect.stringContaining("there is no docker here")]);
	});
});
