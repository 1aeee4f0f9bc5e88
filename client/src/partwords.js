/** What only the parts say that are loaded when a page asks for them. Licence: Apache-2.0 */

export const PART_ENGLISH = {
  questions: 'Questions to begin with',
  copy: 'Copy the conversation',
  copied: 'The conversation was copied.',
  refused: 'The browser does not allow copying here.',
  save: 'Save the conversation as text',
  written: 'Answer in writing only',
  billed: 'Answers are written now, and not played. They are made and billed as speech all the same.',
  good: 'Good answer',
  bad: 'Bad answer',
  suggests: 'The assistant suggests this page:',
  opening: 'This page opens in a moment:',
  stay: 'Stay here',
};

/**
 * The words in the element's language, with those of the page in place of the dictionary's.
 * @param {import('./extras.js').Host} host
 * @returns {import('./words.js').Dictionary & Record<keyof typeof PART_ENGLISH, string>}
 */
export function partWords({ element, words }) {
  /** @type {any} */
  const all = { ...PART_ENGLISH, ...words() };
  for (const name in PART_ENGLISH) all[name] = element.getAttribute(`label-${name}`) ?? all[name];
  return all;
}
