/** Whether the visitor has written something on the page that would be lost. Licence: Apache-2.0 */

/** @param {Document | ShadowRoot} [root] */
export function formsAreChanged(root = document) {
  for (const element of root.querySelectorAll('*')) {
    if (element.localName === 'live-voice') continue;
    if (isChanged(element) || (element.shadowRoot && formsAreChanged(element.shadowRoot))) return true;
  }
  return false;
}

/** @param {Element} element */
function isChanged(element) {
  if (element instanceof HTMLInputElement) {
    if (element.type === 'checkbox' || element.type === 'radio') return element.checked !== element.defaultChecked;
    if (/^(hidden|button|submit|reset|image)$/.test(element.type)) return false;
    return element.type === 'range' || element.type === 'color' ? element.value !== untouched(element) : element.value !== element.defaultValue;
  }
  if (element instanceof HTMLTextAreaElement) return element.value !== element.defaultValue;
  if (element instanceof HTMLSelectElement) {
    const given = [...element.options].some((option) => option.defaultSelected);
    return given || element.multiple ? [...element.options].some((option) => option.selected !== option.defaultSelected) : element.selectedIndex > 0;
  }
  // What such an element held at first nobody knows.
  if (element instanceof HTMLElement && element.isContentEditable) return /\S/.test(element.innerText);
  const custom = element.localName.includes('-') && customElements.get(element.localName);
  if (!custom || !(/** @type {any} */ (custom).formAssociated)) return false;
  const { value } = /** @type {any} */ (element);
  return typeof value === 'string' && value !== '' && value !== element.getAttribute('value');
}

/** What a slider or a colour shows before it is touched. @param {HTMLInputElement} input */
function untouched(input) {
  const fresh = /** @type {HTMLInputElement} */ (input.cloneNode());
  fresh.value = input.defaultValue;
  return fresh.value;
}
