/** The state of a run as it is kept, so that a run need not be folded from its beginning. Pure. */

/**
 * Which fold made a state: a kept one of another number is thrown away. A new number with every change of what the same
 * events come to.
 */
export const FOLD = 1;
