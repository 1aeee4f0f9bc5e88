/**
 * The answer of `show_section`.
 * @param {any} args
 * @param {import('../pagetools.js').Site} site
 * @returns {{ shown: true, section: string } | { error: string }}
 */
export function showSection({ section: wanted }?: any, site?: import("../pagetools.js").Site): {
    shown: true;
    section: string;
} | {
    error: string;
};
