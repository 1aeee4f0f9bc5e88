export { visibleText } from "./page.js";
export { LiveVoice };
export type LiveVoiceAttributes = import("./tag.js").LiveVoiceAttributes;
export type LiveVoiceEvents = import("./tag.js").LiveVoiceEvents;
export type LiveVoiceState = import("./element.js").LiveVoiceState;
export type Word = import("./words.js").Word;
export type Words = import("./words.js").Words;
import { LiveVoice } from './element.js';
