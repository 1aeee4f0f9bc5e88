/** Elements made one by one: no policy of the page forbids them. Licence: Apache-2.0 */
/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, attributes?: Record<string, string>, ...children: (Node | string)[]): HTMLElementTagNameMap[Tag];
