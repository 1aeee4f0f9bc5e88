/** What a conversation uses, and how long it may take. Loaded when one begins. Licence: Apache-2.0 */

export { Usage } from './usage.js';
