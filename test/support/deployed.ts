/** What the files of a deployment say of Banyan's own processes, in one form: compose files, and objects of Kubernetes. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { SERVICES } from "../../node";

export const ROOT = join(__dirname, "..", "..");
export const textOf = (...path: readonly string[]): string => readFileSync(join(ROOT, ...path), "utf8");

/** As a parser of YAML gives them. */
// biome-ignore lint/suspicious/noExplicitAny: files of others' forms, looked into by path
export type Tree = any;

export const yamlOf = (text: string): Tree => parse(text, { merge: true });
export const documentsOf = (text: string): Tree[] =>
	parseAllDocuments(text, { merge: true }).flatMap(each => each.toJS() ?? []);

export interface Probe {
	readonly path: string;
	readonly port: number;
}

/** A process of Banyan, as it is started. */
export interface Deployed {
	/** Of its file, or its object. */
	readonly name: string;
	readonly variables: Readonly<Record<string, string>>;
	/** Where secrets are, as it finds them. */
	readonly files: readonly string[];
	readonly ports: readonly number[];
	readonly probes: readonly Probe[];
	readonly graceSeconds: number;
	/** Only where something answers outside. */
	readonly published: readonly string[];
}

/** `${NAME:-default}` as compose fills it in where nobody sets anything. */
export const filledIn = (text: string): string =>
	text.replace(/\$\{(\w+)(?::?-([^}]*))?\}/g, (_, _name, fallback = "") => fallback).replaceAll("$$", "$");

const seconds = (duration: string): number => Number(/^(\d+)s$/.exec(duration)?.[1]);

/** The services of compose files that run our image. @param of the later ones overrule the first */
export function composed(...files: readonly string[]): Deployed[] {
	const [first, ...others] = files.map(file => yamlOf(textOf(file)));
	return Object.entries<Tree>(first.services)
		.filter(([, { build }]) => build !== undefined)
		.map(([name, service]) => {
			const later = others.map(({ services }) => services[name]?.environment ?? {});
			const told = Object.entries<unknown>(Object.assign({}, service.environment, ...later));
			return {
				name,
				variables: Object.fromEntries(told.map(([key, value]) => [key, filledIn(String(value))])),
				files: service.secrets.map((secret: Tree) => `/run/secrets/${secret.target ?? secret}`),
				ports: (service.ports ?? []).map((port: string) => Number(port.split(":").at(-1))),
				probes: [],
				graceSeconds: seconds(service.stop_grace_period),
				published: (service.ports ?? []).map(filledIn)
			};
		});
}

/** The workloads among objects of Kubernetes that run our image, which their environment tells. */
export function inKubernetes(objects: readonly Tree[]): Deployed[] {
	return objects
		.filter(({ kind }) => kind === "Deployment")
		.filter(({ spec }) => spec.template.spec.containers[0].name === "banyan")
		.map(object => deployment(object, objects));
}

function deployment({ metadata, spec }: Tree, objects: readonly Tree[]): Deployed {
	const { containers, volumes, terminationGracePeriodSeconds } = spec.template.spec;
	const [container] = containers;
	const ports = new Map<string, number>(container.ports.map((port: Tree) => [port.name, port.containerPort]));
	const mount = container.volumeMounts.find(({ name }: Tree) => name === "secrets").mountPath;
	const sources: Tree[] = volumes.find(({ name }: Tree) => name === "secrets").projected.sources;
	const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
	return {
		name: metadata.name,
		variables: { ...fromMaps(container, objects), ...named(container) },
		files: sources.flatMap(({ secret }) => secret.items.map(({ path }: Tree) => `${mount}/${path}`)),
		ports: [...ports.values()],
		probes: probes.map(({ httpGet }) => ({ path: httpGet.path, port: ports.get(httpGet.port) ?? 0 })),
		graceSeconds: terminationGracePeriodSeconds,
		published: []
	};
}

const fromMaps = ({ envFrom }: Tree, objects: readonly Tree[]): Record<string, string> =>
	Object.assign(
		{},
		...envFrom.map(({ configMapRef }: Tree) =>
			configMapRef
				? objects.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === configMapRef.name)?.data
				: {}
		)
	);

const POD = "pod-0";
/** A field of the pod is its name here. */
function named({ env }: Tree): Record<string, string> {
	const values = new Map<string, string>();
	for (const { name, value } of env)
		values.set(
			name,
			String(value ?? POD).replace(/\$\((\w+)\)/g, (_, other) => values.get(other) ?? "")
		);
	return Object.fromEntries(values);
}

/** What `k8s/base` has, before anything is laid over it. */
export function baseObjects(): Tree[] {
	const base = join("k8s", "base");
	const { resources, configMapGenerator } = yamlOf(textOf(base, "kustomization.yaml"));
	const maps = configMapGenerator.map(({ name, envs = [] }: Tree) => ({
		kind: "ConfigMap",
		metadata: { name },
		data: Object.assign({}, ...envs.map((file: string) => settingsIn(textOf(base, file))))
	}));
	return [...maps, ...resources.flatMap((file: string) => documentsOf(textOf(base, file)))];
}

/** A file of lines `NAME=value`. */
const settingsIn = (text: string): Record<string, string> =>
	Object.fromEntries([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));

/** Each service that the program can run, and the names of the deployed that run it. */
export const runBy = (deployed: readonly Deployed[]): Record<string, readonly string[]> =>
	Object.fromEntries(
		SERVICES.map(service => [
			service,
			deployed.filter(({ variables }) => variables.SERVICES?.split(",").includes(service)).map(({ name }) => name)
		])
	);
