// @ai-sdk/google: its realtime model on a server (by key) and in a page (by a secret that it mints itself).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const packages = createRequire(`${process.env.ENVIRONMENT}/package.json`);
const { createGoogle } = await import(pathToFileURL(packages.resolve('@ai-sdk/google')));
const { WebSocket } = packages('ws');

const google = createGoogle({ apiKey: process.env.GEMINI_API_KEY, baseURL: `${process.env.EMULATOR}/v1beta` });
const sessionConfig = {
  instructions: 'Speak of mugs.',
  inputAudioTranscription: {},
  outputAudioTranscription: {},
  tools: [{ type: 'function', name: 'turn_on_the_lights', description: 'Lights.', parameters: { type: 'object', properties: {} } }],
};

class Talk {
  #queue = [];
  #waiting = null;
  constructor(model, { url, headers }, config) {
    this.model = model;
    this.parse = model.createServerEventParser();
    this.socket = new WebSocket(url, { headers });
    this.socket.on('open', () => this.send({ type: 'session-update', config }));
    this.socket.on('message', (data) => {
      this.#queue.push(...[this.parse(JSON.parse(data))].flat());
      this.#waiting?.();
    });
  }
  async send(event) {
    this.socket.send(JSON.stringify(await this.model.serializeClientEvent(event)));
  }
  say(text) {
    this.send({ type: 'conversation-item-create', item: { type: 'text-message', role: 'user', text } });
  }
  async until(type) {
    const events = [];
    for (;;) {
      while (!this.#queue.length) await new Promise((resolve) => { this.#waiting = resolve; });
      events.push(this.#queue.shift());
      if (events.at(-1).type === type) return events;
    }
  }
  async turn() {
    const events = await this.until('response-done');
    const all = (type) => events.filter((event) => event.type === type);
    return { events, words: all('audio-transcript-delta').map(({ delta }) => delta).join(''), sound: all('audio-delta').map(({ delta }) => delta).join('').length, all };
  }
}

const model = google.experimental_realtime('gemini-3.8-live');
const talk = new Talk(model, await model.getServerWebSocketConfig(), sessionConfig);
await talk.until('session-created');
console.log('ok connect');

talk.say('Good morning');
let turn = await talk.turn();
assert.match(turn.words, /“Speak of mugs\.”.*You said: “Good morning”\.$/);
assert.ok(turn.sound > 10_000);
console.log('ok text, sound out, transcript');
assert.ok(turn.events.at(-1).usage.inputTokens);
console.log('ok usage');

const speech = readFileSync(process.env.SPEECH);
for (let place = 0; place < speech.length; place += 3200) {
  talk.send({ type: 'input-audio-append', audio: speech.subarray(place, place + 3200).toString('base64') });
}
turn = await talk.turn();
assert.match(turn.all('input-transcription-completed')[0].transcript, /seconds of sound/);
console.log('ok sound in');

talk.say('Turn on the lights');
const [call] = (await talk.until('function-call-arguments-done')).slice(-1);
assert.equal(call.name, 'turn_on_the_lights');
talk.send({ type: 'conversation-item-create', item: { type: 'function-call-output', callId: call.callId, name: call.name, output: JSON.stringify({ on: true }) } });
do turn = await talk.turn(); while (!turn.words);
assert.match(turn.words, /turn_on_the_lights answered/);
console.log('ok function call');

talk.say('Tell me a long story about everything that you have ever heard of');
await talk.until('audio-delta');
talk.say('Stop');
turn = await talk.turn();
assert.ok(turn.events.some(({ type, raw }) => type === 'speech-started' || raw?.serverContent?.interrupted));
console.log('ok interruption');
talk.socket.close();

const secret = await model.doCreateClientSecret({ sessionConfig });
const page = new Talk(model, model.getWebSocketConfig(secret), sessionConfig);
await page.until('session-created');
page.say('Hello');
assert.match((await page.turn()).words, /You said: “Hello”\.$/);
console.log('ok a token that it mints');
page.socket.close();

const owned = new Talk(model, { url: `${secret.url}?access_token=${process.env.TOKEN}` }, sessionConfig);
await owned.until('session-created');
owned.say('Hello');
assert.match((await owned.turn()).words, /You said: “Hello”\.$/);
console.log('ok token of the function');
owned.socket.close();
process.exit(0);
