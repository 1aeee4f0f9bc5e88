// @firebase/ai: its Live session, unchanged. It knows one host, so the socket is led to the emulator beneath it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const packages = createRequire(`${process.env.ENVIRONMENT}/package.json`);
const { WebSocket } = packages('ws');
globalThis.WebSocket = class extends WebSocket {
  constructor(url) {
    super(String(url).replace('wss://firebasevertexai.googleapis.com', process.env.EMULATOR.replace('https:', 'wss:')));
  }
};
const { initializeApp } = await import(pathToFileURL(packages.resolve('@firebase/app')));
const { getAI, getLiveGenerativeModel, GoogleAIBackend, ResponseModality } = await import(pathToFileURL(packages.resolve('@firebase/ai')));

const app = initializeApp({ apiKey: process.env.GEMINI_API_KEY, projectId: 'my-project', appId: '1:2:web:3' });
const model = getLiveGenerativeModel(getAI(app, { backend: new GoogleAIBackend() }), {
  model: 'gemini-3.8-live',
  systemInstruction: 'Speak of mugs.',
  generationConfig: { responseModalities: [ResponseModality.AUDIO], inputAudioTranscription: {}, outputAudioTranscription: {} },
  tools: [{ functionDeclarations: [{ name: 'turn_on_the_lights', description: 'Lights.' }] }],
});
const session = await model.connect();
console.log('ok connect');

const stream = session.receive();
async function until(found) {
  const messages = [];
  for (;;) {
    const { value, done } = await stream.next();
    assert.ok(!done, 'the session has ended');
    messages.push(value);
    if (found(value)) return messages;
  }
}
async function turn() {
  const messages = await until((message) => message.turnComplete);
  return {
    words: messages.map((message) => message.outputTranscription?.text ?? '').join(''),
    heard: messages.map((message) => message.inputTranscription?.text ?? '').join(''),
    sound: messages.flatMap((message) => message.modelTurn?.parts ?? []).map((part) => part.inlineData?.data ?? '').join('').length,
    interrupted: messages.some((message) => message.interrupted),
  };
}

await session.send('Good morning');
let said = await turn();
assert.match(said.words, /“Speak of mugs\.”.*You said: “Good morning”\.$/);
assert.ok(said.sound > 10_000);
console.log('ok text, sound out, transcript');

const speech = readFileSync(process.env.SPEECH);
for (let place = 0; place < speech.length; place += 3200) {
  await session.sendAudioRealtime({ mimeType: 'audio/pcm;rate=16000', data: speech.subarray(place, place + 3200).toString('base64') });
}
assert.match((await turn()).heard, /seconds of sound/);
console.log('ok sound in');

await session.sendTextRealtime('Turn on the lights');
const [{ functionCalls }] = (await until((message) => message.functionCalls)).slice(-1);
await session.sendFunctionResponses(functionCalls.map(({ id, name }) => ({ id, name, response: { on: true } })));
do said = await turn(); while (!said.words);
assert.match(said.words, /turn_on_the_lights answered/);
console.log('ok function call');

await session.sendTextRealtime('Tell me a long story about everything that you have ever heard of');
await until((message) => message.modelTurn);
await session.sendTextRealtime('Stop');
assert.ok((await turn()).interrupted);
console.log('ok interruption');
await session.close();
process.exit(0);
