// @google/genai: a conversation with the key, then one with a token of the function.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const packages = createRequire(`${process.env.ENVIRONMENT}/package.json`);
const { GoogleGenAI, Modality, Behavior } = await import(pathToFileURL(packages.resolve('@google/genai')));

class Talk {
  #queue = [];
  #waiting = null;
  onmessage = (message) => { this.#queue.push(message); this.#waiting?.(); };
  async next() {
    while (!this.#queue.length) await new Promise((resolve) => { this.#waiting = resolve; });
    return this.#queue.shift();
  }
  async until(found) {
    const messages = [await this.next()];
    while (!found(messages.at(-1))) messages.push(await this.next());
    return messages;
  }
  async turn() {
    const messages = await this.until((message) => message.serverContent?.turnComplete);
    const contents = messages.map((message) => message.serverContent ?? {});
    return {
      messages,
      words: contents.map((content) => content.outputTranscription?.text ?? '').join(''),
      heard: contents.map((content) => content.inputTranscription?.text ?? '').join(''),
      sound: contents.flatMap((content) => content.modelTurn?.parts ?? []).map((part) => part.inlineData?.data ?? '').join('').length,
      interrupted: contents.some((content) => content.interrupted),
      handle: messages.map((message) => message.sessionResumptionUpdate?.newHandle).filter(Boolean).at(-1),
      tokens: messages.at(-1).usageMetadata?.totalTokenCount,
    };
  }
}

async function connect(apiKey, apiVersion, config = {}) {
  const ai = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: process.env.EMULATOR, apiVersion } });
  const talk = new Talk();
  talk.session = await ai.live.connect({ model: 'gemini-3.8-live', config, callbacks: { onmessage: talk.onmessage, onclose: () => {}, onerror: () => {} } });
  return talk;
}

const config = {
  responseModalities: [Modality.AUDIO],
  inputAudioTranscription: {},
  outputAudioTranscription: {},
  sessionResumption: {},
  tools: [{ functionDeclarations: [{ name: 'turn_on_the_lights', behavior: Behavior.NON_BLOCKING }] }],
};
const key = process.env.GEMINI_API_KEY;

let talk = await connect(key, 'v1beta', config);
console.log('ok connect');
talk.session.sendRealtimeInput({ text: 'Good morning' });
let turn = await talk.turn();
assert.match(turn.words, /You said: “Good morning”\.$/);
assert.ok(turn.sound > 10_000);
assert.ok(turn.tokens);
console.log('ok text, sound out, transcript, usage');

const speech = readFileSync(process.env.SPEECH);
for (let place = 0; place < speech.length; place += 3200) {
  talk.session.sendRealtimeInput({ audio: { data: speech.subarray(place, place + 3200).toString('base64'), mimeType: 'audio/pcm;rate=16000' } });
}
turn = await talk.turn();
assert.match(turn.heard, /seconds of sound/);
console.log('ok sound in');

talk.session.sendClientContent({ turns: 'Turn on the lights' });
const [{ toolCall }] = (await talk.until((message) => message.toolCall)).slice(-1);
const { id, name } = toolCall.functionCalls[0];
await talk.turn();
talk.session.sendToolResponse({ functionResponses: { id, name, response: { on: true } } });
assert.match((await talk.turn()).words, /turn_on_the_lights answered/);
console.log('ok function call');

talk.session.sendRealtimeInput({ text: 'Tell me a long story about everything that you have ever heard of' });
await talk.until((message) => message.serverContent?.modelTurn);
talk.session.sendRealtimeInput({ text: 'Stop' });
assert.ok((await talk.turn()).interrupted);
const { handle } = await talk.turn();
console.log('ok interruption');

talk.session.close();
talk = await connect(key, 'v1beta', { ...config, sessionResumption: { handle } });
talk.session.sendRealtimeInput({ text: 'And now?' });
assert.match((await talk.turn()).words, /Before that you said: “Stop”\./);
console.log('ok resumption');
talk.session.close();

talk = await connect(process.env.TOKEN, 'v1alpha');
talk.session.sendRealtimeInput({ text: 'Hello' });
assert.match((await talk.turn()).words, /You said: “Hello”\.$/);
console.log('ok token of the function');
talk.session.close();
process.exit(0);
