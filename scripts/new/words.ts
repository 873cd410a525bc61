/** What a new service is called, in each place where it has a name. Pure. */

export interface Words {
	readonly area: string;
	/** Of the service: `notes`. */
	readonly name: string;
	/** One of what it keeps: `note`. */
	readonly one: string;
	/** As a type: `Note`. */
	readonly Type: string;
	/** As a variable of the environment: `NOTES`. */
	readonly VARIABLE: string;
	/** As a part of an error's code: `NOTE`. */
	readonly CODE: string;
}

const snake = (name: string): string => name.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase();

export function wordsOf(area: string, name: string): Words {
	const one = /[^s]s$/.test(name) ? name.slice(0, -1) : `${name}Entry`;
	const Type = one.charAt(0).toUpperCase() + one.slice(1);
	return { area, name, one, Type, VARIABLE: snake(name), CODE: snake(one) };
}
