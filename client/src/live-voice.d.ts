/** Types of live-voice.js. Guide: docs/client.md. Licence: Apache-2.0 */

import type { ErrorCode, PageFunction, Session, SessionEvents } from './livetoken.js';

export type Word =
  | 'name' | 'talk' | 'agree' | 'end' | 'again' | 'mute' | 'hold' | 'volume' | 'type' | 'intro' | 'send' | 'transcript'
  | 'you' | 'assistant' | 'ready' | 'asking' | 'listening' | 'speaking' | 'muted' | 'reconnecting' | 'failed'
  | 'restarted' | 'idle';

export type Words = Partial<Record<Word, string>> & { errors?: Partial<Record<ErrorCode, string>> };

/** The text of a page that a visitor can see, without form values and [data-private]. */
export function visibleText(root?: Element): string;

/** `<live-voice endpoint="…">` */
export class LiveVoice extends HTMLElement {
  functions: Record<string, PageFunction>;
  words: Words;
  headers?: Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>);
  readonly endpoint: string;
  readonly session: Session | null;
  readonly state: 'ready' | 'asking' | 'listening' | 'speaking' | 'muted' | 'reconnecting' | 'failed';
  /** Call it inside a click. */
  start(options?: { voice?: boolean }): Promise<void>;
  stop(): void;
  say(text: string): void;
}

type Prefixed = { [Type in Exclude<keyof SessionEvents, 'message'> as `live-voice-${Type}`]: SessionEvents[Type] };

declare global {
  interface HTMLElementTagNameMap {
    'live-voice': LiveVoice;
  }
  interface HTMLElementEventMap extends Prefixed {}
}
