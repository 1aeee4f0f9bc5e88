export { visibleText } from "./page.js";
export { LiveVoice };
export type LiveVoiceAttributes = import("./tag.js").LiveVoiceAttributes;
export type LiveVoiceEvents = import("./tag.js").LiveVoiceEvents;
export type LiveVoiceState = import("./element.js").LiveVoiceState;
export type Word = import("./words.js").Word;
export type Words = import("./words.js").Words;
import { LiveVoice } from './element.js';

// ── The tag in the tables of the DOM, React, Vue and Svelte. A framework that is not installed is passed over.

type Tagged = LiveVoice;
type TagProperties = LiveVoiceAttributes & Partial<Pick<Tagged, 'functions' | 'words' | 'headers' | 'pushToTalk'>>;
type TagLabels = { [Name in Word as `label-${Name}`]?: string };
type TagListeners = { [Type in keyof LiveVoiceEvents as `on${Type}`]?: (event: LiveVoiceEvents[Type]) => unknown };
type TagEmit = <Type extends keyof LiveVoiceEvents>(event: Type, payload: LiveVoiceEvents[Type]) => void;
type TagAttributes = TagProperties & TagLabels & TagListeners;

declare global {
  interface HTMLElementTagNameMap {
    'live-voice': Tagged;
  }
  interface HTMLElementEventMap extends LiveVoiceEvents {}
}

// @ts-ignore
declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      // @ts-ignore
      'live-voice': Omit<import('react').DetailedHTMLProps<import('react').HTMLAttributes<Tagged>, Tagged>, keyof TagAttributes> & TagAttributes & { class?: string };
    }
  }
}

// @ts-ignore
declare module 'vue' {
  interface GlobalComponents {
    // @ts-ignore
    'live-voice': new () => Tagged & { $props: Omit<import('vue').HTMLAttributes, keyof TagAttributes> & TagAttributes & import('vue').PublicProps; $emit: TagEmit };
  }
}

// @ts-ignore
declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    // @ts-ignore
    'live-voice': Omit<import('svelte/elements').HTMLAttributes<Tagged>, keyof TagAttributes> & TagAttributes;
  }
}
