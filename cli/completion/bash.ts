import { allOf, type CommandNode } from "./tree";
import { argumentPlaces, NAMES, type Offered, optionPlaces, quoted, wordsOf } from "./words";

/** Candidates are compared word by word: nothing of a name is ever evaluated. */
const OFFERS: Readonly<Record<"file" | "migration" | "anything", string>> = {
	file: "_banyan_files",
	migration: "_banyan_names",
	anything: ":"
};
const offer = (values: Offered): string =>
	typeof values === "string" ? OFFERS[values] : `_banyan_offer ${values.map(quoted).join(" ")}`;

export function bashScript(tree: CommandNode): string {
	const groups = allOf(tree).filter(({ commands }) => commands.length > 0);
	const known = allOf(tree).slice(1).map(wordsOf);
	return `# bash completion of banyan; written by \`banyan completion bash\`
_banyan_offer() {
	local word
	for word in "$@"; do [[ $word == "$cur"* ]] && COMPREPLY+=("\${word:\${#apart}}"); done
}
_banyan_files() {
	local file
	compopt -o filenames 2>/dev/null
	while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$cur")
}
_banyan_names() {
	local name
	while IFS= read -r name; do _banyan_offer "$name"; done < <("\${COMP_WORDS[0]}" ${NAMES})
}
_banyan() {
	local cur prev at=banyan apart='' last=0 i
	local -a words=("\${COMP_WORDS[0]}")
	COMPREPLY=()
	# bash takes words apart at colons, and puts in only what is behind the last one.
	for ((i = 1; i <= COMP_CWORD; i++)); do
		if [[ \${COMP_WORDS[i]} == :* || \${words[last]} == *: ]] && ((last > 0)); then
			words[last]+=\${COMP_WORDS[i]}
		else
			words[++last]=\${COMP_WORDS[i]}
		fi
	done
	cur=\${words[last]} prev=\${words[last-1]}
	[[ $COMP_WORDBREAKS == *:* && $cur == *:* ]] && apart=\${cur%:*}:
	for ((i = 1; i < last; i++)); do
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
	.map(
		node => `\t\t\t${quoted(wordsOf(node))}) _banyan_offer ${node.options.flatMap(({ names }) => names).join(" ")} ;;`
	)
	.join("\n")}
		esac
		return
	fi
	case "$at" in
${groups.map(node => `\t\t${quoted(wordsOf(node))}) _banyan_offer ${node.commands.map(({ path }) => path.at(-1)).join(" ")} ;;`).join("\n")}
${argumentPlaces(tree)
	.map(({ at, values }) => `\t\t${quoted(at)}) ${offer(values)} ;;`)
	.join("\n")}
	esac
}
complete -F _banyan banyan`;
}
