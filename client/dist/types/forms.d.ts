/** Whether the visitor has written something on the page that would be lost. Licence: Apache-2.0 */
/** @param {Document | ShadowRoot} [root] */
export function formsAreChanged(root?: Document | ShadowRoot): boolean;
