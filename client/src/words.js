/** What the element says. Other languages are loaded when they are needed. Licence: Apache-2.0 */

/** @typedef {Exclude<keyof typeof ENGLISH, 'errors'> | keyof typeof import('./partwords.js').PART_ENGLISH} Word */
/** @typedef {Partial<Record<Word, string>> & { errors?: Partial<Record<import('./errors.js').ErrorCode, string>> }} Words */
/** @typedef {Record<Exclude<keyof typeof ENGLISH, 'errors'>, string> & Words & { errors: Partial<Record<import('./errors.js').ErrorCode, string>> }} Dictionary */

export const ENGLISH = {
  name: 'Voice assistant',
  talk: 'Talk about this page',
  agree: 'Agree and start',
  end: 'End',
  again: 'Try again',
  mute: 'Mute the microphone',
  voice: 'Switch the microphone on',
  fold: 'Hide the conversation',
  hold: 'Hold to talk',
  volume: 'Volume',
  type: 'Type a question',
  intro: 'Ask about this page, by voice or in writing.',
  send: 'Send',
  transcript: 'Conversation',
  ai: 'AI',
  told: 'You are talking with an AI. It can make mistakes.',
  resume: 'Go on talking',
  you: 'You',
  assistant: 'Assistant',
  ready: 'Ready',
  asking: 'Connecting…',
  listening: 'Listening',
  speaking: 'Speaking',
  muted: 'Microphone is off',
  silent: 'Your microphone sends no sound',
  reconnecting: 'Reconnecting…',
  failed: 'Not available',
  restarted: 'The connection was restored, but the assistant may have forgotten what was said.',
  idle: 'The conversation was ended because nobody said anything.',
  minute: 'One minute left.',
  budget: 'The conversation has ended, because its time was up. You can start another.',
  /** @type {Partial<Record<import('./errors.js').ErrorCode, string>>} */
  errors: {}, // English sentences come with the errors
};

/** @type {Record<string, () => Promise<{ default: Words }>>} */
const TRANSLATIONS = {
  ar: () => import('./words/ar.js'),
  de: () => import('./words/de.js'),
  es: () => import('./words/es.js'),
  fr: () => import('./words/fr.js'),
  hi: () => import('./words/hi.js'),
  it: () => import('./words/it.js'),
  ja: () => import('./words/ja.js'),
  nl: () => import('./words/nl.js'),
  pl: () => import('./words/pl.js'),
  pt: () => import('./words/pt.js'),
  ru: () => import('./words/ru.js'),
  tr: () => import('./words/tr.js'),
  zh: () => import('./words/zh.js'),
};
const RIGHT_TO_LEFT = ['ar'];

/** @typedef {{ language: string, direction: 'ltr' | 'rtl', words: Dictionary }} Translation */

/** @type {Translation} */
export const ENGLISH_TRANSLATION = { language: 'en', direction: 'ltr', words: ENGLISH };

/**
 * The words of a language; English where there are none, or where their file was not copied to this site.
 * @param {string} tag BCP-47
 * @returns {Promise<Translation>}
 */
export async function translation(tag) {
  const language = tag.split('-')[0].toLowerCase();
  if (!Object.hasOwn(TRANSLATIONS, language)) return ENGLISH_TRANSLATION;
  try {
    const { default: words } = await TRANSLATIONS[language]();
    return { language, direction: RIGHT_TO_LEFT.includes(language) ? 'rtl' : 'ltr', words: { ...ENGLISH, ...words } };
  } catch {
    return ENGLISH_TRANSLATION;
  }
}
