/**
 * Containers without an engine: each process has a root of its own, which it cannot write, a network of its own with names
 * for its neighbours, another user, and none of root's powers. As root on Linux.
 */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Image, shellText } from "./image";

/** A folder or a file of this machine, where the process finds it; or a folder in memory. */
export interface Mount {
	readonly at: string;
	/** Undefined: in memory. */
	readonly from?: string;
	/** Of what is in memory. */
	readonly options?: string;
}

interface Wanted {
	readonly name: string;
	readonly layers?: readonly string[];
	readonly user?: string;
	readonly variables: Readonly<Record<string, string>>;
	readonly mounts: readonly Mount[];
	readonly folder: string;
	readonly command: readonly string[];
}

export interface Container {
	readonly pid: number;
	/** What it said. */
	log(): string;
	runs(): boolean;
	/** Runs something in it, as its own user. @throws where that ends with another code than 0 */
	run(command: readonly string[]): string;
	/** @returns its exit code */
	stop(): Promise<number | null>;
}

export class Host implements AsyncDisposable {
	private readonly started: { child: ChildProcess; log: () => string }[] = [];
	private count = 0;

	private constructor(
		private readonly folder: string,
		private readonly hub: ChildProcess,
		private readonly hosts: readonly string[]
	) {}

	/** @param names of all that will be started, which each finds the others by */
	static async open(folder: string, names: readonly string[]): Promise<Host> {
		mkdirSync(folder, { recursive: true });
		const script =
			"mount -t proc proc /proc && echo 1 > /proc/sys/net/ipv4/ip_forward && echo up && exec cat >/dev/null";
		const hub = spawn("unshare", ["--net", "--mount", "bash", "-ec", script], { stdio: ["pipe", "pipe", "inherit"] });
		await once(hub.stdout, "data");
		writeFileSync(
			join(folder, "hosts"),
			["127.0.0.1 localhost", ...names.map((name, index) => `${addressOf(index)} ${name}`)].join("\n")
		);
		// Nobody is there, which is known at once: names are those of the list alone.
		writeFileSync(join(folder, "resolv.conf"), "nameserver 127.0.0.1\n");
		return new Host(folder, hub, names);
	}

	async start(image: Image | undefined, wanted: Wanted): Promise<Container> {
		const { name, user = "0:0", command } = wanted;
		const index = this.hosts.indexOf(name);
		const root = join(this.folder, `${name}-${this.count++}`);
		mkdirSync(root);
		const [uid = "0", gid = "0"] = user.split(":");
		const privileges = [
			"--reuid",
			uid,
			"--regid",
			gid,
			"--clear-groups",
			"--no-new-privs",
			"--inh-caps=-all",
			"--bounding-set=-all"
		];
		const variables = Object.entries({
			PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin",
			HOME: "/tmp",
			...wanted.variables
		});
		const script = [
			"echo up && read -r",
			"mount --make-rprivate /",
			// Without a layer to write in, nobody writes.
			`mount -t overlay overlay -o lowerdir=${[...(wanted.layers ?? image?.layers ?? []), "/"].join(":")} ${root}`,
			`mount --rbind /proc ${root}/proc && mount --rbind /dev ${root}/dev`,
			`mount --bind ${this.folder}/hosts ${root}/etc/hosts`,
			`mount --bind ${this.folder}/resolv.conf ${root}/etc/resolv.conf`,
			...wanted.mounts.map(mount => mountLine(root, mount)),
			`exec chroot ${root} setpriv ${privileges.join(" ")} env -i -C ${wanted.folder} ${variables.map(([key, value]) => shellText(`${key}=${value}`)).join(" ")} ${command.map(shellText).join(" ")}`
		].join("\n");
		const child = spawn("unshare", ["--net", "--mount", "bash", "-ec", script], { stdio: ["pipe", "pipe", "pipe"] });
		let said = "";
		for (const stream of [child.stdout, child.stderr]) stream.on("data", chunk => (said += chunk));
		this.started.push({ child, log: () => said });
		await once(child.stdout, "data");
		this.wire(index, child.pid as number);
		child.stdin.end("\n");
		const enter = ["-t", String(child.pid), "--net", "--mount", "--root", "-S", uid, "-G", gid];
		return {
			pid: child.pid as number,
			log: () => said,
			runs: () => child.exitCode === null && child.signalCode === null,
			run: ([program = "", ...args]) =>
				execFileSync(
					"nsenter",
					[
						...enter,
						"env",
						"-i",
						"-C",
						wanted.folder,
						...variables.map(([key, value]) => `${key}=${value}`),
						program,
						...args
					],
					{ encoding: "utf8", stdio: "pipe", timeout: 60_000 }
				),
			stop: () => ended(child)
		};
	}

	/** A wire from the hub, which passes on what is for others. */
	private wire(index: number, pid: number): void {
		const [own, gate, link] = [addressOf(index), `10.77.${index + 1}.1`, `c${index}-${this.count}`];
		const inside = `ip link set lo up && ip addr add ${own}/24 dev eth0 && ip link set eth0 up && ip route add default via ${gate}`;
		const hub = ["-t", String(this.hub.pid), "--net", "bash", "-ec"];
		execFileSync("nsenter", [
			...hub,
			`ip link add ${link} type veth peer name eth0 netns ${pid} && ip addr add ${gate}/24 dev ${link} && ip link set ${link} up`
		]);
		execFileSync("nsenter", ["-t", String(pid), "--net", "bash", "-ec", inside]);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all([...this.started.map(({ child }) => child), this.hub].map(child => killed(child)));
	}
}

const addressOf = (index: number): string => `10.77.${index + 1}.2`;

const mountLine = (root: string, { at, from, options }: Mount): string =>
	from === undefined ? `mount -t tmpfs -o ${options} tmpfs ${root}${at}` : `mount --bind ${from} ${root}${at}`;

async function killed(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	child.kill("SIGKILL");
	await once(child, "exit");
}

async function ended(child: ChildProcess): Promise<number | null> {
	if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
	child.kill("SIGTERM");
	await once(child, "exit");
	return child.exitCode;
}
