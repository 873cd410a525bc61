/**
 * The workflow for whoever builds Banyan at GitHub, as far as it can be held without GitHub: what it runs here is there, what it
 * may is little, and what it takes from others is pinned.
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { GROUPS } from "../../local/shape";
import { ROOT, type Tree, textOf, yamlOf } from "../support/deployed";
import { dockerfile, saidIn } from "../support/image";

const workflow: Tree = yamlOf(textOf(".github", "workflows", "ci.yml"));
const jobs = Object.entries<Tree>(workflow.jobs);
const steps: Tree[] = jobs.flatMap(([, job]) => job.steps);
const runs = steps.flatMap(({ run }) => (run === undefined ? [] : [String(run)]));

describe("the workflow", () => {
	it("does what .ci/run does, by running it", () => {
		expect(runs).toContain(".ci/run");
		expect(existsSync(join(ROOT, ".ci", "run"))).toBe(true);
	});

	it("deploys nothing that was not checked, and nothing but by an environment", () => {
		const needs = (name: string): string[] => {
			const before = [workflow.jobs[name].needs ?? []].flat() as string[];
			return [...before, ...before.flatMap(needs)];
		};
		expect(needs("deploy")).toEqual(expect.arrayContaining(["image", "checks"]));
		expect(workflow.jobs.deploy.environment).toBe("production");
	});

	it("may only read, and each job no more than it needs", () => {
		expect(workflow.permissions).toEqual({ contents: "read" });
		const more = jobs
			.filter(([, { permissions }]) => permissions)
			.map(([name, { permissions }]) => [name, permissions]);
		expect(more).toEqual([["image", { contents: "read", packages: "write", "security-events": "write" }]]);
		for (const { uses, with: options } of steps)
			if (String(uses).startsWith("actions/checkout@")) expect(options["persist-credentials"]).toBe(false);
	});

	it("takes what is others' by what it is, not by a name that may move", () => {
		for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w./-]+@[0-9a-f]{40}$/);
		for (const [, { "runs-on": machine }] of jobs) expect(machine).not.toMatch(/latest/);
	});

	it("has no secret in a line of a shell, where whoever names a branch could write, too", () => {
		for (const run of runs) expect(run).not.toMatch(/\$\{\{/);
	});

	it("gives the image the arguments that the Dockerfile has", () => {
		const given = runs.flatMap(run => [...run.matchAll(/--build-arg (\w+)=/g)].map(([, name]) => name));
		const known = dockerfile().flatMap(stage => saidIn(stage, "ARG").map(rest => rest.split("=")[0]));
		expect(given).not.toEqual([]);
		for (const name of given) expect(known).toContain(name);
	});

	it("names overlays, images and groups that are there", () => {
		const overlays = runs.flatMap(run => [...run.matchAll(/-k (\S+)/g)].map(([, path]) => String(path)));
		const folders = steps.flatMap(each => each["working-directory"] ?? []);
		for (const path of [...overlays, ...folders]) expect(existsSync(join(ROOT, path, "kustomization.yaml"))).toBe(true);
		const base = readFileSync(join(ROOT, "k8s", "base", "kustomization.yaml"), "utf8");
		for (const [, name] of runs.join("\n").matchAll(/set image "([^=]+)=/g))
			expect(base).toContain(`newName: ${name},`);
		const [, waited = ""] = /for group in ([^;]+);/.exec(runs.join("\n")) ?? [];
		expect(waited.split(" ").sort()).toEqual(Object.keys(GROUPS).sort());
	});

	it("runs on the Node that the Makefile, the Dockerfile and package.json name", () => {
		const [, version = ""] = /^NODE_VERSION := (\S+)$/m.exec(textOf("Makefile")) ?? [];
		expect(workflow.jobs.checks.container.image).toContain(`node:${version}-`);
		expect(textOf("Dockerfile")).toContain(`ARG NODE_VERSION=${version}\n`);
		expect(yamlOf(textOf("package.json")).engines.node).toBe(`>=${version.split(".")[0]}`);
	});
});
