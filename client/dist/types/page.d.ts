/**
 * The text that a visitor can see: never form values, never [data-private].
 * @param {Element} [root] else the parts of the page that hold its content
 */
export function visibleText(root?: Element): string;
/**
 * What is told of the page; undefined where nothing is to be told.
 * @param {string | null} selector the attribute `page`
 */
export function pageContent(selector: string | null): string | undefined;
/** The page's address without query and fragment, which may hold secrets. */
export function pageAddress(): string | undefined;
/**
 * The parts of the page that hold its content.
 * @param {string | null} [chosen] the attribute `page`
 */
export function partsOf(chosen?: string | null): Element[];
