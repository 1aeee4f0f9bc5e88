/** The text that a visitor can see in `root`: never form values, never [data-private]. */
/** @param {Element} [root] */
export function visibleText(root?: Element): string;
/** The page's address without query and fragment, which may hold secrets. */
export function pageAddress(): string | undefined;
