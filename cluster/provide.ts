/** How a mixin gives its service what it provides. */

/** By name, once: a second mixin or a class that has the name already would hide the first without a word. @throws then */
export function provide<P extends object>(service: object, provided: P): void {
	for (const [name, value] of Object.entries(provided)) {
		if (name in service)
			throw new Error(`A mixin provides '${name}', which its service has already: name one of them otherwise.`);
		Object.defineProperty(service, name, { value, writable: true, enumerable: true, configurable: true });
	}
}
