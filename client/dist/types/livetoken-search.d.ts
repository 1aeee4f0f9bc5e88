/**
 * @param {import('./site/places.js').Place[]} places
 * @returns {import('./site/sources.js').Search}
 */
export function ranked(places: import("./site/places.js").Place[]): import("./site/sources.js").Search;
