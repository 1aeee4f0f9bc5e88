/** What sessionStorage keeps of a conversation: one record for the tab. Licence: Apache-2.0 */

const KEY = 'livetoken';
const VERSION = 1;
const ENTRIES = 200;
const CHARACTERS = 200_000; // of all entries and turns

/**
 * @typedef {object} TabRecord
 * @property {1} version
 * @property {string} tab
 * @property {string} persona address of the function and name of the prompt file
 * @property {number} until milliseconds since 1970
 * @property {boolean} open
 * @property {boolean} agreed
 * @property {boolean} silent
 * @property {string} page the address that the model was told last
 * @property {import('./dialogue.js').Resumption} resumption
 */

/** The record, or null where there is none that can be used. @returns {TabRecord | null} */
export function readRecord() {
  try {
    const record = JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
    return isRecord(record) ? record : null;
  } catch {
    return null; // nothing is kept here, or another script of the site has written it
  }
}

/** @param {Omit<TabRecord, 'version'>} record */
export function writeRecord({ resumption, ...rest }) {
  let { entries, turns } = resumption;
  entries = entries.slice(-ENTRIES);
  for (; ;) {
    const text = JSON.stringify({ version: VERSION, ...rest, resumption: { ...resumption, entries, turns } });
    try {
      if (text.length > CHARACTERS && entries.length + turns.length > 2) throw new Error('long');
      sessionStorage.setItem(KEY, text);
      return;
    } catch {
      if (entries.length + turns.length <= 2) return; // nothing is kept here
      entries = entries.slice(Math.ceil(entries.length / 2));
      turns = turns.slice(Math.ceil(turns.length / 2));
    }
  }
}

export function eraseRecord() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {} // nothing is kept here
}

/** @param {any} record @returns {record is TabRecord} */
function isRecord(record) {
  if (record?.version !== VERSION || !areOf(record, 'string', ['tab', 'persona', 'page']) || !areOf(record, 'boolean', ['open', 'agreed', 'silent'])) return false;
  const { until, resumption } = record;
  if (!Number.isFinite(until) || until < Date.now() || until > Date.now() + 7_200_000) return false;
  if (!(resumption?.handle === null || typeof resumption?.handle === 'string')) return false;
  const { conversation = '', milliseconds } = resumption.counted ?? { milliseconds: 0 };
  if (!(milliseconds >= 0) || typeof conversation !== 'string') return false;
  return Array.isArray(resumption.entries) && resumption.entries.every(isEntry) && Array.isArray(resumption.turns) && resumption.turns.every(isTurn);
}

/**
 * @param {any} record
 * @param {string} type
 * @param {string[]} names
 */
const areOf = (record, type, names) => names.every((name) => typeof record[name] === type);

/** @param {any} entry */
const isEntry = (entry) => ['user', 'model'].includes(entry?.role) && typeof entry.text === 'string';

/** @param {any} turn */
const isTurn = (turn) => typeof turn?.saved === 'boolean' && Array.isArray(turn.contents) && turn.contents.every((/** @type {any} */ content) => Array.isArray(content?.parts));
