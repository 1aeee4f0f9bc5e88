/**
 * Bars and panels that stay in the window, the widget's own among them, are not to cover it.
 * @param {Element} element
 */
export function bringIntoSight(element: Element): void;
