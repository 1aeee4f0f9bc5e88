/** A conversation. Licence: Apache-2.0 */

import { Account } from './account.js';
import { Channel } from './channel.js';
import { Dialogue } from './dialogue.js';
import { SessionEventTarget } from './events.js';
import { Playback } from './playback.js';
import { Tokens } from './tokens.js';
import { Tools } from './tools.js';
import { Video } from './video.js';
import { Voice } from './voice.js';

/** A conversation with Gemini. */
export class Session extends SessionEventTarget {
  /** @type {import('./events.js').State} */
  #state = 'new';
  #tools;
  #account;
  #channel;
  #voice;
  #video;
  #playback;
  #dialogue = new Dialogue({
    ontranscript: (entry) => this.#emit('transcript', { ...entry }),
    onaudio: (pcm, rate) => this.#playback.play(pcm, rate),
    oninterrupted: () => {
      this.#playback.stop();
      this.#emit('interrupted');
    },
    onanswered: () => this.#tools.answerComplete(),
    onturn: () => this.#emit('turn'),
  });

  /** @param {import('./options.js').SessionOptions} options */
  constructor(options) {
    super();
    this.#playback = new Playback(options, { onchange: () => this.#rest(), onerror: (error) => this.#warn(error) });
    if (options.resumption) this.#dialogue.resume(options.resumption);
    this.#tools = new Tools(options.functions ?? {}, (call) => this.#emit('toolcall', call), options.site);
    const tokens = options.tokens ?? new Tokens(/** @type {import('./tokens.js').TokenOptions} */ (options));
    this.#account = new Account(this, () => this.#channel.connection, options.usageReports === false ? null : tokens, options.resumption);
    this.#channel = new Channel({
      tokens,
      prepared: this.#account.ready,
      setup: options.setup,
      replay: this.#dialogue.replay,
      settled: () => this.#dialogue.replay.settled && !this.#tools.busy && this.#voice.quiet,
      onmessage: (message, from) => this.#receive(message, from),
      onchange: () => {
        this.#dialogue.changeConnection();
        this.#tools.connectionLost();
      },
      onopen: (first, contextKept) => {
        this.#rest();
        this.#emit(first ? 'ready' : 'reconnected', { contextKept });
      },
      onreconnecting: () => this.#setState('reconnecting'),
      onfail: (error) => this.#fail(error),
    });
    this.#voice = new Voice({
      pushToTalk: Boolean(options.pushToTalk),
      answering: () => this.#playback.playing,
      send: (realtimeInput) => this.#channel.send({ realtimeInput }),
      onchange: () => this.#emit('microphone', { on: this.#voice.on, silent: this.#voice.silent }),
      onerror: (error) => this.#warn(error),
    });
    this.#video = new Video(this.#channel);
  }

  /** Call it inside a click, where browsers unlock sound. Resolves when Gemini is ready; rejects with a LiveError. */
  async open() {
    this.#setState('asking');
    this.#playback.open();
    try {
      await this.#channel.open();
    } catch (/** @type {any} */ error) {
      this.#fail(error);
      throw error;
    }
    return this;
  }

  /** @param {import('./tally.js').Ending} [ended] for the report of what it used */
  close(ended = 'closed') {
    if (this.#over) return;
    this.#account.end(ended);
    this.#release();
    this.#setState('closed');
  }

  get #over() { return this.#state === 'closed' || this.#state === 'failed'; }

  #release() {
    for (const part of [this.#channel, this.#playback, this.#voice, this.#video]) part.close();
  }

  /** @param {import('./errors.js').LiveError} error */
  #fail(error) {
    if (this.#over) return;
    this.#release();
    this.#setState('failed');
    this.#emit('error', { error, fatal: true });
  }

  /** @param {import('./errors.js').LiveError} error */
  #warn(error) {
    this.#emit('error', { error, fatal: false });
    return error;
  }

  /**
   * @template {keyof import('./events.js').SessionEvents} Type
   * @param {Type} type
   * @param {import('./events.js').SessionEvents[Type]['detail']} [detail]
   */
  #emit(type, detail) {
    return this.dispatchEvent(new CustomEvent(type, { detail, cancelable: true }));
  }

  /** @returns {import('./events.js').State} */
  get state() { return this.#state; }

  /** @param {import('./events.js').State} state */
  #setState(state) {
    if (this.#state === state) return;
    this.#state = state;
    this.#emit('state', { state });
  }

  /** The state between events: speaking while sound is queued, listening otherwise. */
  #rest() {
    if (this.#channel.connection && !this.#over) this.#setState(this.#playback.playing ? 'speaking' : 'listening');
  }

  /** Loudness for a meter, 0 to 1. @returns {{ input: number, output: number }} */
  get levels() { return { input: this.#voice.level, output: this.#playback.level }; }

  /** What everything spoken passes through; null before open() and after close(). @returns {GainNode | null} */
  get outputNode() { return this.#playback.outputNode; }

  /** What was said so far. @returns {import('./transcript.js').TranscriptEntry[]} */
  get transcript() { return this.#dialogue.entries.map((entry) => ({ ...entry })); }

  /** What another session needs to go on with this one. @returns {import('./dialogue.js').Resumption} */
  get resumption() { return { ...this.#dialogue.resumption, counted: this.#account.counted }; }

  /**
   * @param {any} message
   * @param {import('./connection.js').Connection} from
   */
  #receive(message, from) {
    this.#emit('message', message);
    const { serverContent, toolCall, toolCallCancellation, usageMetadata } = message;
    if (serverContent) this.#dialogue.receive(serverContent);
    for (const call of toolCall?.functionCalls ?? []) this.#call(call, from);
    if (toolCallCancellation) this.#tools.cancel(toolCallCancellation.ids ?? []);
    if (usageMetadata) this.#emit('usage', usageMetadata);
  }

  /**
   * @param {import('./tools.js').ToolCall} call
   * @param {import('./connection.js').Connection} from
   */
  async #call({ id, name, args }, from) {
    const returned = this.#dialogue.replay.called();
    const response = await this.#tools.call({ id, name, args });
    // Another connection does not know this call: it asks again.
    const known = response !== undefined && from === this.#channel.connection;
    returned(known);
    if (known) this.#channel.send({ toolResponse: { functionResponses: [{ id, name, response }] } });
  }

  /**
   * Answer a tool call whose event was prevented, with whatever JSON can hold.
   * @param {string} id
   * @param {unknown} response
   */
  answerTool(id, response) {
    this.#tools.answer(id, response);
  }

  /** The visitor's thumb for a transcript entry; null takes it back. @param {number} id @param {'up' | 'down' | null} thumb */
  rate(id, thumb) { this.#account.rate(id, thumb); }

  /** Say something in writing. @param {string} text */
  sendText(text) { this.#channel.send(...this.#dialogue.ask(text)); }

  /**
   * Put turns into the conversation. With turnComplete false Gemini only takes note.
   * @param {string | import('./replay.js').Content | import('./replay.js').Content[]} turns
   * @param {{ turnComplete?: boolean }} [options]
   */
  sendTurns(turns, { turnComplete = true } = {}) {
    this.#channel.send(...this.#dialogue.put(turns, turnComplete));
  }

  /** Show a picture that the browser can read. @param {Blob} picture */
  async sendImage(picture) { await this.#video.show(picture); }

  /** Show the camera or the screen, one frame a second. Resolves with the stream, for a preview. @param {'camera' | 'screen'} [kind] */
  async startVideo(kind = 'camera') {
    return this.#video.start(kind).catch((error) => { throw this.#warn(error); });
  }

  stopVideo() { this.#video.close(); }

  /** Rejects with a LiveError; typing works without. @param {MediaTrackConstraints} [constraints] */
  async startMicrophone(constraints) {
    await this.#voice.start(constraints).catch((error) => { throw this.#warn(error); });
  }

  stopMicrophone() { this.#voice.stop(); }

  /** The microphone is open; it may be muted. @returns {boolean} */
  get microphoneOn() { return this.#voice.on; }

  /** Nothing at all comes from the microphone: it may be switched off. @returns {boolean} */
  get microphoneSilent() { return this.#voice.silent; }

  /** @returns {boolean} */
  get muted() { return this.#voice.muted; }

  set muted(muted) {
    if (this.#voice.muted === muted) return;
    this.#voice.muted = muted;
    this.#emit('mute', { muted });
  }

  /** Push-to-talk: the visitor begins to speak … */
  startTalking() { this.#voice.talking = true; }

  /** … and has finished. */
  stopTalking() { this.#voice.talking = false; }

  /** 0 to 1. @returns {number} */
  get volume() { return this.#playback.volume; }

  set volume(volume) { this.#playback.volume = volume; }

  /** Answers are written and not played; Gemini bills them as spoken all the same. @returns {boolean} */
  get silent() { return this.#playback.silent; }

  set silent(silent) { this.#playback.silent = silent; }
}
