/** One constructed style sheet for all elements: no policy of the page forbids it. */
export function styles(): CSSStyleSheet;
