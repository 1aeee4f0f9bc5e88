/**
 * Talk to Gemini Live from a web page, with a token from your own livetoken function:
 *
 *   const session = await connect({ endpoint: 'https://your-function.example' }); // inside a click
 *   await session.startMicrophone();
 *
 * Types: livetoken.d.ts. Guide: docs/client.md. Licence: Apache-2.0
 */

import { Microphone, Speaker } from './livetoken-audio.js';

/** What a visitor reads; the function's refusals bring their own sentences. */
export const SENTENCES = {
  // Between the page and the function
  unreachable: 'The voice service cannot be reached. Please check your connection.',
  timeout: 'The voice service did not answer in time. Please try again.',
  bad_answer: 'The voice service gave no usable answer. Please tell the owner of this site.',
  blocked_by_policy: 'The security policy of this page blocks the voice service. Please tell the owner of this site.',
  // Between the page and Gemini
  socket_failed: 'The voice model cannot be reached. A firewall may block it.',
  setup_timeout: 'The voice model did not answer in time. Please try again.',
  setup_rejected: 'The voice model does not accept the settings of this site. Please tell the owner of this site.',
  model_unavailable: 'The voice model of this site does not exist. Please tell the owner of this site.',
  key_rejected: 'The voice model does not accept the key of this site. Please tell the owner of this site.',
  token_used: 'This conversation was already started elsewhere. Please try again.',
  token_expired: 'The permission to talk has run out. Please try again.',
  quota: 'The voice model has no quota left for this site. Please try again later.',
  server_fault: 'The voice model failed. Please try again.',
  connection_lost: 'The connection was lost and could not be restored. Please try again.',
  // In the visitor's device
  insecure_context: 'The microphone works on secure pages (https) only. You can type instead.',
  microphone_missing: 'No microphone was found. You can type instead.',
  microphone_denied: 'The microphone is not allowed on this page. You can allow it in the browser, or type instead.',
  microphone_busy: 'The microphone is used by another program. You can type instead.',
  microphone_lost: 'The microphone was switched off. You can type instead.',
  audio_failed: 'Sound does not work in this browser. You can type instead.',
  video_failed: 'The camera or the screen cannot be shown.',
};

/** Errors that may pass: a reconnecting session tries again. */
const PASSING = /unreachable|timeout|rate_limited|internal|upstream|temporarily|socket_failed|server_fault|token_/;

/** `code` is stable; `message` is for the visitor. Where known: requestId, retryAfter (seconds), closeCode, reason. */
export class LiveError extends Error {
  constructor(code, { message, ...details } = {}) {
    super(message || SENTENCES[code] || SENTENCES.bad_answer);
    Object.assign(this, details, { name: 'LiveError', code, passing: PASSING.test(code) });
  }
}

const backOnline = () => new Promise((resolve) => globalThis.addEventListener('online', resolve, { once: true }));
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// What a Content Security Policy blocks fails like a dead network; an event names the address, a moment later.
const blockedHosts = new Set();
globalThis.addEventListener?.('securitypolicyviolation', ({ blockedURI }) => {
  if (/^\w+:\/\//.test(blockedURI)) blockedHosts.add(new URL(blockedURI).host);
});

async function unlessBlocked(url, error) {
  await wait(50);
  return blockedHosts.has(new URL(url, globalThis.location).host) ? new LiveError('blocked_by_policy', { cause: error }) : error;
}

const REQUEST_FIELDS = ['prompt', 'model', 'voice', 'lang', 'pageTitle', 'pageUrl', 'pageContent'];

/** Asks the function for tokens. Holds at most one that is unused, with at most one request in flight. */
export class Tokens {
  #options;
  #held = null; // { body, answer: Promise, until }

  /** A request field may be a function, which is called for each request. */
  constructor(options) {
    this.#options = options;
  }

  /** Fetch a token ahead. An unused token costs nothing. */
  prefetch() {
    const body = this.#body();
    if (this.#held?.body === body && Date.now() < this.#held.until) return this.#held.answer;
    const held = { body, until: Infinity, answer: this.#ask(body) };
    held.answer.then(
      // No window is shorter than a minute, whatever the visitor's clock says.
      ({ newSessionExpiresAt }) => { held.until = Math.max(Date.now() + 55000, Date.parse(newSessionExpiresAt) - 5000 || 0); },
      () => { if (this.#held === held) this.#held = null; },
    );
    return (this.#held = held).answer;
  }

  /** A token for one connection. With a resumption handle it goes on with an earlier session. */
  async take(resumptionHandle) {
    if (resumptionHandle) return this.#ask(this.#body(resumptionHandle));
    const answer = this.prefetch();
    this.#held = null; // a token works once
    return answer;
  }

  #body(resumptionHandle) {
    const body = { resumptionHandle };
    for (const name of REQUEST_FIELDS) {
      const value = this.#options[name];
      body[name] = (typeof value === 'function' ? value() : value) || undefined;
    }
    return JSON.stringify(body);
  }

  async #ask(body) {
    const { endpoint, headers, timeout = 12000 } = this.#options;
    let response, answer;
    try {
      response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...(typeof headers === 'function' ? await headers() : headers) },
        body,
        credentials: 'omit',
        signal: AbortSignal.timeout(timeout),
      });
      answer = await response.json();
    } catch (cause) {
      if (cause.name === 'TimeoutError') throw new LiveError('timeout', { cause });
      if (response) throw new LiveError('bad_answer', { cause });
      throw await unlessBlocked(endpoint, new LiveError('unreachable', { cause }));
    }
    if (!response.ok) {
      const retryAfter = Number(response.headers.get('Retry-After')) || undefined;
      throw new LiveError(answer?.code ?? 'bad_answer', { message: answer?.error, requestId: answer?.requestId, retryAfter });
    }
    if (!answer?.token || !/^wss?:\/\//.test(answer.websocketUrl)) throw new LiveError('bad_answer');
    return answer;
  }
}

/** Gemini's close codes are few; the reason tells more. */
const CLOSE_REASONS = [
  [/used too many times/, 'token_used'],
  [/token has expired/i, 'token_expired'],
  [/quota/, 'quota'],
  [/API key/, 'key_rejected'],
  [/is not found for|project-scoped/, 'model_unavailable'],
];

function closeError({ code: closeCode, reason }, ready) {
  const rejected = closeCode === 1007 || (closeCode === 1008 && !ready);
  const code = CLOSE_REASONS.find(([words]) => words.test(reason))?.[1];
  return new LiveError(code ?? (rejected ? 'setup_rejected' : closeCode === 1006 ? 'socket_failed' : 'server_fault'), { closeCode, reason });
}

/** One WebSocket to Gemini. Frames, and the close, are handed on in the order in which they came. */
class Connection {
  #socket;
  #inbox = Promise.resolve();
  #ended = false;

  constructor(answer, setup, { onmessage, onclose }) {
    this.#socket = new WebSocket(`${answer.websocketUrl}?access_token=${answer.token}`);
    this.#socket.binaryType = 'arraybuffer';
    /** Resolves once Gemini has accepted the setup. */
    this.opened = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new LiveError('setup_timeout'));
        this.close();
      }, 15000);
      this.#socket.onopen = () => this.send({ setup: { model: answer.model, ...setup } });
      this.#socket.onmessage = ({ data }) => this.#enqueue(async () => {
        const message = await new Response(data).json(); // text, Blob or ArrayBuffer
        if (message.setupComplete) {
          clearTimeout(timer);
          this.ready = true;
          resolve();
        }
        onmessage(message, this);
      });
      const ended = ({ code = 1006, reason = '' }) => this.#enqueue(async () => {
        if (this.#ended) return;
        this.#ended = true;
        clearTimeout(timer);
        let error = closeError({ code, reason }, this.ready);
        if (!this.ready && error.code === 'socket_failed') error = await unlessBlocked(answer.websocketUrl, error);
        reject(error);
        if (this.ready && !this.closed) onclose(error, this);
        this.closed = true;
      });
      this.#socket.onclose = ended;
      this.#socket.onerror = ended; // a socket that a policy blocks has an error and no close
    });
  }

  get writable() {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  send(frame) {
    this.#socket.send(JSON.stringify(frame));
  }

  close() {
    this.closed = true;
    this.#socket.close(1000);
  }

  // Frames are read asynchronously: without the queue one, or the close, would overtake another.
  #enqueue(task) {
    this.#inbox = this.#inbox.then(task).catch((error) => globalThis.reportError(error));
  }
}

const toBase64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** Who said what. Entries: { id, role: 'user' | 'model', text, final, before }. */
class Transcript {
  entries = [];
  #open = { user: null, model: null };
  #count = 0;

  constructor(onchange) {
    this.onchange = onchange;
  }

  /** Append a fragment to the open entry of the role. Returns the entry if this fragment opened it. */
  add(role, fragment) {
    const open = this.#open[role];
    if (open) {
      open.text += fragment;
      this.onchange(open);
      return null;
    }
    // What the visitor said may be transcribed after the answer has begun: it still belongs before the answer.
    const answer = this.entries.indexOf(this.#open.model);
    const late = role === 'user' && answer >= 0 && this.entries[answer - 1]?.role !== 'user';
    const entry = this.#insert(late ? answer : this.entries.length, { role, text: fragment.trimStart(), final: false });
    return (this.#open[role] = entry);
  }

  /** A whole entry at the end. */
  say(role, text) {
    return this.#insert(this.entries.length, { role, text, final: true });
  }

  finish(role) {
    const entry = this.#open[role];
    this.#open[role] = null;
    if (!entry) return;
    entry.final = true;
    this.onchange(entry);
  }

  #insert(place, fields) {
    const entry = { id: ++this.#count, ...fields, before: this.entries[place]?.id };
    this.entries.splice(place, 0, entry);
    this.onchange(entry);
    return entry;
  }
}

const contentsOf = ({ role, text }) => [{ role, parts: [{ text }] }];

/**
 * What must survive the loss of a connection: the resumption handle, and each turn that it does not hold yet.
 * A turn is `open` until the model has answered it, then `answered`, and `saved` once a later handle holds it.
 */
class Memory {
  handle = null;
  #generating = false;
  #turnOpen = false;
  #answers = 0;
  #turns = []; // { contents(), frame(), state, after: the number of answers begun before it }

  /** What the visitor asked. `frame()` asks it again. */
  asked(contents, frame, { late = false } = {}) {
    this.#turns.push({ contents, frame, state: 'open', after: this.#answers - (late ? 1 : 0) });
  }

  /** What the model said, or what the page told it without a question. */
  told(contents, state = 'answered') {
    this.#turns.push({ contents, state, after: -1 });
  }

  /** The model has begun to answer. */
  began() {
    if (this.#generating) return;
    this.#generating = this.#turnOpen = true;
    this.#answers += 1;
  }

  /** The model has said all it will say to what was asked before it began, or was interrupted. */
  answered() {
    if (this.#generating) this.#settle(this.#answers);
    this.#generating = false;
  }

  /** The turn is over. A turn without any content is one to which the model chose to say nothing. */
  over() {
    this.answered();
    if (!this.#turnOpen) this.#settle(Infinity);
    this.#turnOpen = false;
  }

  #settle(answers) {
    for (const turn of this.#turns) if (turn.state === 'open' && turn.after < answers) turn.state = 'answered';
  }

  save(handle) {
    this.handle = handle;
    for (const turn of this.#turns) if (turn.state === 'answered') turn.state = 'saved';
  }

  /** True when nothing would be lost by changing the connection now. */
  get settled() {
    const safe = this.handle ? ['saved'] : ['saved', 'answered'];
    return !this.#turnOpen && this.#turns.every(({ state }) => safe.includes(state));
  }

  /** An answer is complete, but the end of its turn has not come: it holds back until all was spoken. */
  get awaitsEnd() {
    return this.#turnOpen && !this.#generating;
  }

  /** The frames that bring a new connection up to date: answered turns are told, open ones are asked again. */
  replay({ contextKept, recap }) {
    this.#generating = this.#turnOpen = false;
    // Half an answer is not worth telling, because its question is asked again.
    this.#turns = this.#turns.filter(({ state, frame }) => state !== 'open' || frame);
    const told = this.#turns.filter(({ state }) => state === 'answered' || (state === 'saved' && !contextKept));
    const turns = told.flatMap(({ contents }) => contents()).slice(-40);
    const asked = this.#turns.filter(({ state }) => state === 'open').map(({ frame }) => frame());
    return recap && turns.length ? [{ clientContent: { turns, turnComplete: false } }, ...asked] : asked;
  }
}

/** The page's functions that the model may call. */
class Tools {
  #functions;
  #running = new Map(); // id → { controller, answer }
  #calls = []; // of the answer that is being given: { key, response }
  #earlier = []; // the same, from before the connection was lost

  /** `announce(call)` returns false when the page wants to answer by itself. */
  constructor(functions, announce) {
    this.#functions = functions;
    this.announce = announce;
  }

  get busy() {
    return this.#running.size > 0;
  }

  /** Resolves with the response for the model; with undefined when the call was cancelled. */
  async call(call) {
    const key = JSON.stringify([call.name, call.args]);
    // A question that is asked again after a lost connection calls again. What was done is not done twice.
    const again = this.#earlier.findIndex((earlier) => earlier.key === key);
    const response = again < 0 ? this.#run(call) : this.#earlier.splice(again, 1)[0].response;
    this.#calls.push({ key, response });
    return response;
  }

  async #run({ id, name, args = {} }) {
    const controller = new AbortController();
    const answered = new Promise((resolve) => this.#running.set(id, { controller, answer: resolve }));
    controller.signal.addEventListener('abort', () => this.answer(id, undefined));
    if (this.announce({ id, name, args })) this.answer(id, await this.#perform(name, args, controller.signal));
    return answered;
  }

  async #perform(name, args, signal) {
    // Own properties only: a model must not reach toString or constructor.
    if (!Object.hasOwn(this.#functions, name)) return { error: `This page has no function ${name}.` };
    try {
      const result = await this.#functions[name](args, { signal });
      return Object.prototype.toString.call(result) === '[object Object]' ? result : { result: result ?? 'done' };
    } catch (error) {
      return { error: String(error?.message ?? error) };
    }
  }

  answer(id, response) {
    this.#running.get(id)?.answer(response);
    this.#running.delete(id);
  }

  cancel(ids) {
    for (const id of ids) this.#running.get(id)?.controller.abort();
  }

  /** The answer is complete: the same call is a new wish from now on. */
  answerComplete() {
    this.#calls = [];
    this.#earlier = [];
  }

  connectionLost() {
    this.#earlier.push(...this.#calls.splice(0));
  }
}

const QUEUED_FRAMES = 2000; // about a minute of speech
const LAST_ATTEMPT = 7; // with the pauses below, about half a minute
const QUIET_MS = 1500; // after the last sound Gemini still has to notice that the sentence is over

/** Doubling pauses; the jitter keeps the visitors of a restarted server apart. */
const pauseBefore = (attempt) => (attempt ? Math.min(8000, 250 * 2 ** attempt) * (0.5 + Math.random() / 2) : 0);

/** A conversation. It outlives its connections, which Gemini closes after about ten minutes each. */
export class Session extends EventTarget {
  state = 'new';
  microphoneOn = false;
  #options;
  #tokens;
  #tools;
  #speaker = null;
  #microphone = null;
  #camera = null;
  #connection = null;
  #openedAt = 0;
  #attempt = 0;
  #outbox = []; // { frame, remember }: what cannot be sent yet
  #holding = true;
  #handingOver = false;
  #memory = new Memory();
  #recap = true;
  #transcript = new Transcript((entry) => this.#emit('transcript', { ...entry }));
  #muted = false;
  #talking = false;
  #heardAt = 0;

  /** The options are those of `connect`: see docs/client.md. */
  constructor(options) {
    super();
    this.#options = options;
    this.#tokens = options.tokens ?? new Tokens(options);
    this.#tools = new Tools(options.functions ?? {}, (call) => this.#emit('toolcall', call));
  }

  // ── Opening and closing

  /** Call it inside a click, where browsers unlock sound. Resolves when Gemini is ready; rejects with a LiveError. */
  async open() {
    this.#setState('asking');
    try {
      this.#speaker = new Speaker(() => this.#rest());
      this.#speaker.volume = this.#options.volume ?? 1;
    } catch (cause) {
      this.#warn(new LiveError('audio_failed', { cause })); // the transcript can still be read
    }
    try {
      await this.#dial();
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    return this;
  }

  close() {
    if (this.#over) return;
    this.#release();
    this.#setState('closed');
  }

  get #over() {
    return this.state === 'closed' || this.state === 'failed';
  }

  #release() {
    for (const part of [this.#connection, this.#speaker, this.#microphone, this.#camera]) part?.close();
    this.#connection = this.#speaker = this.#microphone = this.#camera = null;
    this.#outbox = [];
  }

  #fail(error) {
    if (this.#over) return;
    this.#release();
    this.#setState('failed');
    this.#emit('error', { error, fatal: true });
  }

  #warn(error) {
    this.#emit('error', { error, fatal: false });
    return error;
  }

  #emit(type, detail) {
    return this.dispatchEvent(new CustomEvent(type, { detail, cancelable: true }));
  }

  #setState(state) {
    if (this.state === state) return;
    this.state = state;
    this.#emit('state', { state });
  }

  /** The state between events: speaking while sound is queued, listening otherwise. */
  #rest() {
    if (this.#connection && !this.#over) this.#setState(this.#speaker?.playing ? 'speaking' : 'listening');
  }

  // ── Connections

  /** A token, a socket, a setup; then everything that waited is sent. */
  async #dial() {
    let { handle } = this.#memory;
    for (let spare = 2; ; spare--) {
      try {
        const answer = await this.#tokens.take(handle);
        if (this.#over) return;
        const connection = new Connection(answer, this.#options.setup, {
          onmessage: (message, from) => this.#receive(message, from),
          onclose: (error, from) => from === this.#connection && this.#lost(error),
        });
        await connection.opened;
        if (this.#over) connection.close();
        else this.#adopt(connection, Boolean(handle));
        return;
      } catch (cause) {
        const error = cause instanceof LiveError ? cause : new LiveError('socket_failed', { cause });
        // A token that was fetched ahead may have run out, and so may a handle.
        const staleToken = error.code === 'token_expired' || error.code === 'token_used';
        const staleHandle = handle && (['invalid_request', 'setup_rejected'].includes(error.code) || /handle|resum/i.test(error.reason));
        if (!spare || !(staleToken || staleHandle)) throw error;
        if (staleHandle) handle = null;
      }
    }
  }

  #adopt(connection, contextKept) {
    const first = this.state === 'asking';
    this.#connection?.close();
    this.#connection = connection;
    this.#openedAt = Date.now();
    this.#holding = false;
    if (!first) this.#catchUp(contextKept);
    this.#flush();
    this.#rest();
    this.#emit(first ? 'ready' : 'reconnected', { contextKept });
  }

  /** Bring a new connection to where the former one was. */
  #catchUp(contextKept) {
    if (!contextKept) this.#memory.handle = null;
    this.#transcript.finish('model');
    if (this.#memory.awaitsEnd) this.#emit('turn'); // nobody else will say so any more
    this.#tools.connectionLost();
    const frames = this.#memory.replay({ contextKept, recap: this.#recap });
    this.#connection.recapped = frames[0]?.clientContent?.turnComplete === false;
    // Who held the button to talk when the connection was lost is still talking.
    const mark = this.#outbox.find(({ frame: { realtimeInput } }) => realtimeInput?.activityStart || realtimeInput?.activityEnd);
    if (mark ? mark.frame.realtimeInput.activityEnd : this.#talking) frames.push({ realtimeInput: { activityStart: {} } });
    for (const frame of frames) this.#connection.send(frame);
  }

  /** The connection closed by itself. */
  #lost(error) {
    const { recapped } = this.#connection;
    this.#connection = null;
    this.#holding = true;
    if (recapped && error.code === 'setup_rejected') this.#recap = false; // some models take no such frame: go on without
    else if (!error.passing) return this.#fail(error);
    if (!this.#handingOver) this.#reconnect();
  }

  async #reconnect() {
    if (Date.now() - this.#openedAt > 2000) this.#attempt = 0; // the last connection was a good one
    const notice = setTimeout(() => this.#setState('reconnecting'), 1000); // shorter gaps nobody needs to see
    let pause = 0;
    while (!this.#over && !this.#connection) {
      await Promise.race([wait(Math.max(pause, pauseBefore(this.#attempt))), backOnline()]);
      try {
        this.#attempt += 1;
        await this.#dial();
      } catch (error) {
        pause = 1000 * (error.retryAfter ?? 0);
        if (!error.passing || pause > 60000) this.#fail(error);
        else if (this.#attempt > LAST_ATTEMPT) this.#fail(new LiveError('connection_lost', { cause: error }));
      }
    }
    clearTimeout(notice);
  }

  /** Gemini will close this connection soon: change to another between two turns, when nothing can be lost. */
  async #handOver(connection) {
    if (this.#handingOver) return;
    this.#handingOver = true;
    while (connection === this.#connection && !this.#settled) await wait(50);
    if (connection === this.#connection) {
      this.#holding = true; // what is said from here on belongs to the next connection
      await this.#dial().catch(() => {}); // the old connection still works, and its end starts the reconnecting
      if (connection === this.#connection) {
        this.#holding = false;
        this.#flush();
      }
    }
    this.#handingOver = false;
    if (!this.#connection && !this.#over) this.#reconnect();
  }

  get #settled() {
    return this.#memory.settled && !this.#tools.busy && !this.#talking && Date.now() - this.#heardAt > QUIET_MS;
  }

  /** `remember()` notes it in the memory when it is really sent. */
  #send(frame, remember) {
    if (this.#over) return;
    if (this.#holding || !this.#connection.writable) {
      this.#outbox.push({ frame, remember });
      if (this.#outbox.length > QUEUED_FRAMES) this.#outbox.splice(this.#outbox.findIndex((item) => item.frame.realtimeInput?.audio), 1);
      return;
    }
    remember?.();
    this.#connection.send(frame);
  }

  #flush() {
    for (const { frame, remember } of this.#outbox.splice(0)) this.#send(frame, remember);
  }

  #receive(message, from) {
    if (from.closed || this.#over) return;
    this.#emit('message', message);
    const { serverContent, toolCall, toolCallCancellation, sessionResumptionUpdate, usageMetadata, goAway } = message;
    if (serverContent) this.#hear(serverContent);
    for (const call of toolCall?.functionCalls ?? []) this.#call(call, from);
    if (toolCallCancellation) this.#tools.cancel(toolCallCancellation.ids ?? []);
    if (sessionResumptionUpdate?.resumable && sessionResumptionUpdate.newHandle) this.#memory.save(sessionResumptionUpdate.newHandle);
    if (usageMetadata) this.#emit('usage', usageMetadata);
    if (goAway) this.#handOver(from);
  }

  #hear({ inputTranscription, outputTranscription, modelTurn, interrupted, generationComplete, turnComplete }) {
    if (inputTranscription?.text) {
      const entry = this.#transcript.add('user', inputTranscription.text);
      if (entry) this.#memory.asked(() => contentsOf(entry), () => ({ realtimeInput: { text: entry.text } }), { late: entry.before });
    }
    if (inputTranscription?.finished) this.#transcript.finish('user');
    for (const { inlineData, text, thought } of modelTurn?.parts ?? []) {
      this.#memory.began();
      if (inlineData?.mimeType?.startsWith('audio/pcm')) {
        this.#speaker?.play(fromBase64(inlineData.data), Number(/rate=(\d+)/.exec(inlineData.mimeType)?.[1]) || undefined);
      }
      if (text && !thought) this.#hearModel(text);
    }
    if (outputTranscription?.text) this.#hearModel(outputTranscription.text);
    if (interrupted) {
      this.#speaker?.stop();
      this.#transcript.finish('model');
      this.#emit('interrupted');
    }
    if (interrupted || generationComplete) this.#memory.answered();
    if (interrupted || generationComplete || turnComplete) this.#tools.answerComplete();
    if (turnComplete) {
      this.#memory.over();
      this.#transcript.finish('user');
      this.#transcript.finish('model');
      this.#emit('turn');
    }
  }

  #hearModel(fragment) {
    const entry = this.#transcript.add('model', fragment);
    this.#transcript.finish('user');
    if (entry) this.#memory.told(() => contentsOf(entry), 'open');
  }

  // ── Text, turns, pictures, tools

  /** Say something in writing. */
  sendText(text) {
    const entry = this.#transcript.say('user', text);
    const frame = { realtimeInput: { text } };
    this.#send(frame, () => this.#memory.asked(() => contentsOf(entry), () => frame));
  }

  /** Put turns into the conversation: a string, a Content or a list. With turnComplete false Gemini only takes note. */
  sendTurns(turns, { turnComplete = true } = {}) {
    const contents = typeof turns === 'string' ? contentsOf({ role: 'user', text: turns }) : [turns].flat();
    const frame = { clientContent: { turns: contents, turnComplete } };
    this.#send(frame, () => (turnComplete ? this.#memory.asked(() => contents, () => frame) : this.#memory.told(() => contents)));
  }

  /** Show a picture (a Blob that the browser can read). */
  async sendImage(blob) {
    const { toJpeg } = await import('./livetoken-video.js');
    const bitmap = await createImageBitmap(blob);
    this.#show(await toJpeg(bitmap, bitmap.width, bitmap.height));
  }

  #show(jpeg) {
    this.#send({ realtimeInput: { video: { data: toBase64(jpeg), mimeType: 'image/jpeg' } } });
  }

  /** Show the 'camera' or the 'screen', one frame a second. Resolves with the stream, for a preview. */
  async startVideo(kind = 'camera') {
    const { Camera } = await import('./livetoken-video.js');
    this.stopVideo();
    this.#camera = new Camera();
    try {
      // A picture of the past helps nobody: frames are not queued.
      return await this.#camera.open(kind, (jpeg) => this.#holding || this.#show(jpeg));
    } catch (cause) {
      this.stopVideo();
      throw this.#warn(new LiveError('video_failed', { cause }));
    }
  }

  stopVideo() {
    this.#camera?.close();
    this.#camera = null;
  }

  async #call({ id, name, args }, from) {
    this.#memory.began();
    const response = await this.#tools.call({ id, name, args });
    // Another connection does not know this call: it asks again.
    if (response && from === this.#connection) this.#send({ toolResponse: { functionResponses: [{ id, name, response }] } });
  }

  /** Answer a tool call whose event was prevented. */
  answerTool(id, response) {
    this.#tools.answer(id, response);
  }

  // ── Voice

  /** Rejects with a LiveError; typing works without. */
  async startMicrophone(constraints) {
    if (this.#microphone || this.#over) return;
    try {
      const microphone = (this.#microphone = new Microphone());
      await microphone.open(constraints, {
        onchunk: (pcm) => this.#speak(pcm),
        onlost: () => {
          this.stopMicrophone();
          this.#warn(new LiveError('microphone_lost'));
        },
      });
      microphone.enabled = !this.#muted;
      this.microphoneOn = !this.#over;
    } catch ({ code, cause }) {
      if (this.#over) return;
      this.#microphone = null;
      throw this.#warn(new LiveError(code, { cause }));
    }
  }

  stopMicrophone() {
    if (!this.#microphone) return;
    this.#microphone.close();
    this.#microphone = null;
    this.microphoneOn = false;
    this.#endStream();
  }

  #speak(pcm) {
    if (this.#muted || (this.#options.pushToTalk && !this.#talking)) return;
    if (new Int16Array(pcm).some((sample) => Math.abs(sample) > 1000)) this.#heardAt = Date.now();
    this.#send({ realtimeInput: { audio: { data: toBase64(new Uint8Array(pcm)), mimeType: 'audio/pcm;rate=16000' } } });
  }

  /** Gemini then waits for no more. Push-to-talk marks the end by itself. */
  #endStream() {
    if (!this.#options.pushToTalk) this.#send({ realtimeInput: { audioStreamEnd: true } });
  }

  get muted() {
    return this.#muted;
  }

  set muted(muted) {
    if (this.#muted === muted) return;
    this.#muted = muted;
    if (this.#microphone) {
      this.#microphone.enabled = !muted;
      if (muted) this.#endStream();
    }
    this.#emit('mute', { muted });
  }

  /** Push-to-talk: the visitor begins to speak … */
  startTalking() {
    if (this.#talking) return;
    this.#talking = true;
    this.#send({ realtimeInput: { activityStart: {} } });
  }

  /** … and has finished. */
  stopTalking() {
    if (!this.#talking) return;
    this.#talking = false;
    this.#send({ realtimeInput: { activityEnd: {} } });
  }

  get volume() {
    return this.#speaker?.volume ?? this.#options.volume ?? 1;
  }

  set volume(volume) {
    if (this.#speaker) this.#speaker.volume = volume;
  }

  /** Loudness for a meter, 0 to 1: { input, output }. */
  get levels() {
    return { input: this.#muted ? 0 : this.#microphone?.level ?? 0, output: this.#speaker?.level ?? 0 };
  }

  /** The Web Audio node that everything spoken passes through, or null. */
  get outputNode() {
    return this.#speaker?.outputNode ?? null;
  }

  /** What was said so far: [{ id, role, text, final }]. */
  get transcript() {
    return this.#transcript.entries.map((entry) => ({ ...entry }));
  }
}

/** Start a conversation. Call it inside a click. Resolves with an open Session; rejects with a LiveError. */
export function connect(options) {
  return new Session(options).open();
}
