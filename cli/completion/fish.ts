import { allOf, type CommandNode, type OptionNode } from "./tree";
import { argumentPlaces, NAMES, type Offered, offeredOf, wordsOf } from "./words";

const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

const OFFERS: Readonly<Record<"file" | "migration" | "anything", string>> = {
	file: "-F",
	migration: "-f -a '(_banyan_names)'",
	anything: "-f"
};
const offer = (values: Offered): string =>
	typeof values === "string" ? OFFERS[values] : `-f -a ${quoted(values.join(" "))}`;

const when = (at: string): string => `complete -c banyan -n ${quoted(`_banyan_at ${quoted(at)}`)}`;

function optionLine(at: string, { names, value, says }: OptionNode): string {
	const spelled = names.map(name => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)).join(" ");
	return `${when(at)} ${spelled}${value === null ? "" : ` -r ${offer(offeredOf(value))}`} -d ${quoted(says)}`;
}

export function fishScript(tree: CommandNode): string {
	const known = allOf(tree).slice(1).map(wordsOf);
	return `# fish completion of banyan; written by \`banyan completion fish\`
function _banyan_names
	set -l words (commandline -opc)
	$words[1] ${NAMES}
end
function _banyan_at
	set -l words (commandline -opc)
	set -l at banyan
	for word in $words[2..-1]
		if contains -- "$at $word" ${known.map(quoted).join(" ")}
			set at "$at $word"
		end
	end
	test "$at" = "$argv[1]"
end
complete -c banyan -f
${allOf(tree)
	.flatMap(node => [
		...node.commands.map(
			({ path, says }) => `${when(wordsOf(node))} -f -a ${quoted(String(path.at(-1)))} -d ${quoted(says)}`
		),
		...node.options.map(option => optionLine(wordsOf(node), option))
	])
	.join("\n")}
${argumentPlaces(tree)
	.map(({ at, values }) => `${when(at)} ${offer(values)}`)
	.join("\n")}`;
}
