/** How the element looks. Licence: Apache-2.0 */

const CSS = `
:host {
  --accent: var(--live-voice-accent, light-dark(#0b57d0, #8ab4f8));
  --on-accent: var(--live-voice-on-accent, light-dark(#fff, #10203a));
  --background: var(--live-voice-background, light-dark(#fff, #1d1f24));
  --text: var(--live-voice-text, light-dark(#1d1f24, #e8eaed));
  --line: color-mix(in srgb, var(--text) 18%, transparent);
  display: block;
  block-size: var(--live-voice-height, 20rem);
  max-inline-size: var(--live-voice-width, 34rem);
  font: var(--live-voice-font, 1rem/1.5 system-ui, sans-serif);
  color: var(--text);
}
:host([hidden]) { display: none }
:host([theme=dark]) { color-scheme: dark }
:host([theme=light]) { color-scheme: light }
:host([floating]) { position: fixed; inset-block-end: 1rem; inset-inline-end: 1rem; z-index: 2147483000; block-size: auto; max-inline-size: calc(100vw - 2rem) }
* { box-sizing: border-box }
[hidden] { display: none !important }
.card {
  display: flex; flex-direction: column; gap: .75rem; block-size: 100%; padding: 1rem; overflow: hidden;
  background: var(--background); border: 1px solid var(--line); border-radius: var(--live-voice-radius, 1rem);
}
:host([floating]) .card {
  position: absolute; inset-block-end: 4.25rem; inset-inline-end: 0; box-shadow: 0 .5rem 2rem #0004;
  inline-size: min(23rem, 100vw - 2rem); block-size: min(30rem, 100dvh - 7rem);
}
.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; display: flex; flex-direction: column; gap: .5rem; min-block-size: 0 }
.log > p { margin: 0; padding: .4rem .75rem; border-radius: .75rem; max-inline-size: 88%; overflow-wrap: anywhere; white-space: pre-line }
.user { align-self: end; background: var(--accent); color: var(--on-accent) }
.model { align-self: start; background: color-mix(in srgb, var(--text) 8%, transparent) }
::slotted([slot=consent]) { margin: 0 !important; font-size: .9375em }
.log > .intro { margin: auto; opacity: .75; text-align: center }
.told { margin: 0; font-size: .875em; opacity: .8 }
.ai { font-size: .75em; font-weight: 700; padding: 0 .35em; border: 1px solid; border-radius: .4em }
.log a { color: inherit }
.note button { min-block-size: 2rem }
.note { align-self: center; font-size: .875em; text-align: center; opacity: .8 }
bdi { display: block }
.speaker { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%) }
.status { min-block-size: 1.5em; font-size: .875em; margin: 0 }
.status[data-state=failed] { color: light-dark(#b3261e, #f2b8b5) }
.row { display: flex; gap: .5rem; align-items: center; justify-content: space-between; margin: 0 }
button, input { font: inherit; color: inherit; border-radius: 2rem; border: 1px solid var(--line); background: none; min-block-size: 2.75rem }
button { display: inline-flex; align-items: center; justify-content: center; gap: .5rem; padding: 0 .7rem; cursor: pointer; touch-action: manipulation }
button:disabled, input:disabled { opacity: .5; cursor: default }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.main, .bubble, .hold { background: var(--accent); color: var(--on-accent); border-color: transparent; font-weight: 600; padding: 0 1.1rem }
.main { flex: 1; min-inline-size: 0; line-height: 1.2 }
.main.live { flex: 0 1 auto; background: none; color: inherit; border-color: var(--line) }
.bubble { block-size: 3.5rem; border-radius: 2rem; box-shadow: 0 .25rem 1rem #0004; margin-inline-start: auto; display: flex }
.hold { user-select: none; touch-action: none }
.hold[aria-pressed=true], .mute[aria-pressed=true] { background: light-dark(#b3261e, #f2b8b5); color: light-dark(#fff, #601410) }
.bubble.live { outline: 3px solid var(--accent); outline-offset: 3px }
.live { box-shadow: 0 0 0 calc(var(--level, 0) * 5px) color-mix(in srgb, var(--accent) 35%, transparent) }
.type { flex: 1; min-inline-size: 0; padding: 0 1rem }
.volume { inline-size: 5rem; min-inline-size: 2rem; flex-shrink: 1; min-block-size: 2.75rem; padding: 0; accent-color: var(--accent); filter: drop-shadow(0 0 1px color-mix(in srgb, var(--text) 60%, transparent)) }
label { display: inline-flex; align-items: center; gap: .25rem; min-inline-size: 0 }
svg { pointer-events: none; inline-size: 1.4rem; block-size: 1.4rem; flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }
[dir=rtl] .send svg { transform: scaleX(-1) }
@media print { :host { display: none !important } }
@media (forced-colors: active) { button, input, .log > p { border: 1px solid } }
@media (prefers-reduced-motion: no-preference) { .live { transition: box-shadow 80ms linear } }
`;

/** @type {CSSStyleSheet | undefined} */
let sheet;

/** One constructed style sheet for all elements: no policy of the page forbids it. */
export function styles() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
