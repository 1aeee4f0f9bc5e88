/** What a conversation uses, and how long it may take. Loaded when one begins. Licence: Apache-2.0 */

export { Budget } from './budget.js';
export { report } from './report.js';
export { Usage } from './usage.js';
