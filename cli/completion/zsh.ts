import { allOf, type CommandNode, type OptionNode } from "./tree";
import { argumentPlaces, NAMES, type Offered, optionPlaces, quoted, wordsOf } from "./words";

const OFFERS: Readonly<Record<"file" | "migration" | "anything", string>> = {
	file: "_files",
	migration: "_banyan_names",
	anything: ":"
};
const offer = (values: Offered): string =>
	typeof values === "string" ? OFFERS[values] : `compadd -- ${values.map(quoted).join(" ")}`;

/** `word:description`, as \`_describe\` takes it. */
const described = (word: string, says: string): string => quoted(`${word.replaceAll(":", "\\:")}:${says}`);
const commandWords = ({ commands }: CommandNode): string =>
	commands.map(({ path, says }) => described(String(path.at(-1)), says)).join(" ");
const optionWords = (options: readonly OptionNode[]): string =>
	options.flatMap(({ names, says }) => names.map(name => described(name, says))).join(" ");

export function zshScript(tree: CommandNode): string {
	const groups = allOf(tree).filter(({ commands }) => commands.length > 0);
	const known = allOf(tree).slice(1).map(wordsOf);
	return `#compdef banyan
# zsh completion of banyan; written by \`banyan completion zsh\`
_banyan_names() {
	local -a names
	names=(\${(f)"$("\${words[1]}" ${NAMES})"})
	compadd -a names
}
_banyan() {
	local at=banyan cur=\${words[CURRENT]} prev=\${words[CURRENT-1]} i
	local -a found
	for ((i = 2; i < CURRENT; i++)); do
		case "$at \${words[i]}" in
			${known.map(quoted).join("|")}) at="$at \${words[i]}" ;;
		esac
	done
	case "$at|$prev" in
${optionPlaces(tree)
	.map(({ at, values }) => `\t\t${quoted(at)}) ${offer(values)}; return ;;`)
	.join("\n")}
	esac
	if [[ $cur == -* ]]; then
		case "$at" in
${allOf(tree)
	.map(node => `\t\t\t${quoted(wordsOf(node))}) found=(${optionWords(node.options)}) ;;`)
	.join("\n")}
		esac
		_describe option found
		return
	fi
	case "$at" in
${groups.map(node => `\t\t${quoted(wordsOf(node))}) found=(${commandWords(node)}); _describe command found ;;`).join("\n")}
${argumentPlaces(tree)
	.map(({ at, values }) => `\t\t${quoted(at)}) ${offer(values)} ;;`)
	.join("\n")}
	esac
}
compdef _banyan banyan`;
}
