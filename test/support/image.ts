/**
 * The image that the Dockerfile describes, built without an engine for it: its own instructions, one after the other, over
 * this machine's Debian in place of that of the base image. As root on Linux.
 */

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, textOf } from "./deployed";

interface Instruction {
	readonly name: string;
	readonly rest: string;
}
export interface Stage {
	readonly name: string;
	readonly image: string;
	readonly instructions: readonly Instruction[];
}

/** A Dockerfile as a list: comments taken out, lines that go on joined, arguments of before the first stage filled in. */
export function stagesOf(text: string): Stage[] {
	const lines = text.replace(/^\s*#.*\n/gm, "").replace(/\\\n\s*/g, " ");
	const all = [...lines.matchAll(/^([A-Z]+) +(.*)$/gm)].map(([, name = "", rest = ""]) => ({ name, rest }));
	const fixed = all.slice(
		0,
		all.findIndex(({ name }) => name === "FROM")
	);
	const known = Object.fromEntries(fixed.map(({ rest }) => rest.split("=") as [string, string]));
	const stages: { name: string; image: string; instructions: Instruction[] }[] = [];
	for (const { name, rest } of all.slice(fixed.length)) {
		const [image = "", , stage = ""] = name === "FROM" ? rest.split(/\s+/) : [];
		if (name === "FROM") stages.push({ name: stage, image: replaced(image, known), instructions: [] });
		else stages.at(-1)?.instructions.push({ name, rest });
	}
	return stages;
}

const replaced = (text: string, known: Readonly<Record<string, string>>): string =>
	text.replace(/\$\{?(\w+)\}?/g, (whole, name) => known[name] ?? whole);

export const dockerfile = (): Stage[] => stagesOf(textOf("Dockerfile"));

/** Of one kind in a stage, what stands behind the name. */
export const saidIn = ({ instructions }: Stage, name: string): string[] =>
	instructions.filter(each => each.name === name).map(({ rest }) => rest);

/** `ENV A=b C=d`. */
export const environmentOf = (stage: Stage): Record<string, string> =>
	Object.fromEntries(
		saidIn(stage, "ENV").flatMap(rest => [...rest.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]))
	);

/** A command in its form as a list. */
export const listIn = (rest: string): string[] => JSON.parse(rest.slice(rest.indexOf("["))) as string[];

export interface Image {
	/** Its layers, the topmost first, for a mount of overlayfs. */
	readonly layers: readonly string[];
	readonly environment: Readonly<Record<string, string>>;
	readonly command: readonly string[];
	/** What its health check runs. */
	readonly health: readonly string[];
	readonly user: string;
}

/** What `.dockerignore` lets through, in a folder of its own. */
function contextIn(folder: string): void {
	const kept = [...textOf(".dockerignore").matchAll(/^!(.+)$/gm)].map(([, name = ""]) => name);
	const roots = readdirSync(ROOT);
	for (const name of kept)
		for (const each of name.startsWith("*") ? roots.filter(root => root.endsWith(name.slice(1))) : [name])
			cpSync(join(ROOT, each), join(folder, each), { recursive: true });
}

/**
 * What stands for the base image: this machine, with the Node that runs this test in the place of its own, npm where the base
 * image has it, and what a container runtime mounts something on.
 */
function baseIn(folder: string): void {
	const script = `
		mkdir -p ${folder}/usr/local/bin ${folder}/usr/local/lib/node_modules ${folder}/usr/bin ${folder}/run/secrets ${folder}/etc/nats ${folder}/etc/redis ${folder}/data
		cp ${process.execPath} ${folder}/usr/local/bin/node
		cp -r "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" ${folder}/usr/local/lib/node_modules/npm
		ln -s ../lib/node_modules/npm/bin/npm-cli.js ${folder}/usr/local/bin/npm
		for name in node npm npx; do [ ! -e /usr/bin/$name ] || mknod ${folder}/usr/bin/$name c 0 0; done`;
	execFileSync("bash", ["-ec", script]);
}

/** Builds it in an empty folder. @throws what an instruction said that failed */
export function buildImage(folder: string): Image {
	const [base, context] = [join(folder, "base"), join(folder, "context")];
	for (const path of [base, context]) mkdirSync(path);
	baseIn(base);
	contextIn(context);
	const stages = dockerfile();
	const file = join(folder, "build.sh");
	writeFileSync(file, ["set -euo pipefail", ...stages.flatMap(stage => stageScript(stage, folder))].join("\n"));
	execFileSync("unshare", ["--mount", "bash", file], { stdio: ["ignore", "ignore", "pipe"], maxBuffer: 2 ** 24 });
	const last = stages.at(-1) as Stage;
	return {
		layers: [join(folder, last.name, "upper"), base],
		environment: environmentOf(last),
		command: listIn(saidIn(last, "CMD").at(-1) ?? ""),
		health: listIn(saidIn(last, "HEALTHCHECK").at(-1) ?? ""),
		user: saidIn(last, "USER").at(-1) ?? "root"
	};
}

/** What this checkout has of the same lock file already: with IMAGE=whole it is installed once more. */
const INSTALL = "npm ci --ignore-scripts";
const WHOLE = process.env.IMAGE === "whole";

/** Each instruction that changes files, as a line of a shell. */
function stageScript(stage: Stage, folder: string): string[] {
	const at = join(folder, stage.name);
	const root = join(at, "root");
	const variables = Object.entries(environmentOf(stage)).map(([name, value]) => `${name}=${value}`);
	let here = "/";
	const lines = stage.instructions.flatMap(({ name, rest }) => {
		if (name === "WORKDIR") {
			here = rest;
			return [`mkdir -p ${root}${here}`];
		}
		if (name === "RUN" && rest === INSTALL && !WHOLE)
			return [`mkdir -p ${root}${here}/node_modules && mount --bind ${ROOT}/node_modules ${root}${here}/node_modules`];
		if (name === "RUN")
			return [
				`echo ${JSON.stringify(`RUN ${rest}`)} >&2`,
				`chroot ${root} env ${variables.join(" ")} PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin sh -c ${shellText(`cd ${here} && ${rest}`)} >&2`
			];
		if (name === "COPY") return [copyLine(rest, { root, here, folder })];
		return [];
	});
	return [
		`mkdir -p ${at}/upper ${at}/work ${root}`,
		`mount -t overlay overlay -o lowerdir=${folder}/base:/,upperdir=${at}/upper,workdir=${at}/work ${root}`,
		`mount --rbind /proc ${root}/proc && mount --rbind /dev ${root}/dev`,
		// What was fetched for this checkout is not fetched again.
		`mkdir -p "$(npm config get cache)" && mount --bind "$(npm config get cache)" ${root}"$(npm config get cache)"`,
		...lines
	];
}

interface Where {
	readonly root: string;
	readonly here: string;
	readonly folder: string;
}

function copyLine(rest: string, { root, here, folder }: Where): string {
	const parts = rest.split(/\s+/);
	const stage = /^--from=(\w+)$/.exec(parts[0] ?? "")?.[1];
	const from = stage === undefined ? join(folder, "context") : join(folder, stage, "root");
	const [to = "", ...names] = (stage === undefined ? parts : parts.slice(1)).reverse();
	const target = join(root, here, to);
	// Of a folder its content.
	return names
		.map(
			name =>
				`[ -d ${join(from, name)} ] && mkdir -p ${target} && cp -a ${join(from, name)}/. ${target}/ || cp -a ${join(from, name)} ${target}`
		)
		.join("\n");
}

export const shellText = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
