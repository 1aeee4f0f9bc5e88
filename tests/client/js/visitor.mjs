/**
 * Conversations of the official SDK with a token of the function: in Node and in the browser alike.
 * Each function takes the class GoogleGenAI and resolves with what a test compares.
 */

export async function askForToken(endpoint, origin, body = {}) {
  const headers = { 'Content-Type': 'application/json', ...(origin && { Origin: origin }) };
  const response = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

function client(GoogleGenAI, { token, apiVersion, websocketUrl }) {
  return new GoogleGenAI({ apiKey: token, httpOptions: { apiVersion, baseUrl: new URL(websocketUrl.replace(/^ws/, 'http')).origin } });
}

/** Connect with an answer of the function, ask one question, return what was said. */
export async function talk(GoogleGenAI, answer, { text = 'Hello', model = answer.model, config } = {}) {
  const said = { words: '', soundBytes: 0, handle: '', setupComplete: false };
  let finish;
  const turn = new Promise((resolve) => { finish = resolve; });
  const session = await client(GoogleGenAI, answer).live.connect({
    model,
    config,
    callbacks: {
      onmessage(message) {
        said.setupComplete ||= Boolean(message.setupComplete);
        const { serverContent, sessionResumptionUpdate } = message;
        for (const part of serverContent?.modelTurn?.parts ?? []) said.soundBytes += (part.inlineData?.data.length ?? 0) * 0.75;
        said.words += serverContent?.outputTranscription?.text ?? '';
        if (sessionResumptionUpdate?.resumable) said.handle = sessionResumptionUpdate.newHandle;
        if (serverContent?.turnComplete) finish();
      },
    },
  });
  session.sendRealtimeInput({ text });
  await turn;
  session.close();
  return said;
}

/** Talk, then go on with a new token that holds the handle. */
export async function resume(GoogleGenAI, endpoint, origin) {
  const first = await talk(GoogleGenAI, await askForToken(endpoint, origin), { text: 'My name is Ada.' });
  const answer = await askForToken(endpoint, origin, { resumptionHandle: first.handle });
  return talk(GoogleGenAI, answer, { text: 'Who am I?' });
}

/** Everything that a token's holder might like to change. */
export const WISHES = {
  model: 'gemini-2.5-flash-native-audio-preview-12-2025',
  config: {
    responseModalities: ['TEXT'],
    temperature: 2,
    systemInstruction: 'You are a pirate.',
    tools: [{ googleSearch: {} }, { functionDeclarations: [{ name: 'rob', description: 'Take all.' }] }],
    speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Puck' } } },
    sessionResumption: { handle: 'somebody-elses' },
  },
};

/** Resolves with the reason why it failed, or with null if it did not fail. */
export const failing = (promise) => promise.then(() => null, (error) => error.message);

/** A second conversation with the same token. */
export async function reuse(GoogleGenAI, endpoint, origin) {
  const answer = await askForToken(endpoint, origin);
  await talk(GoogleGenAI, answer);
  return failing(talk(GoogleGenAI, answer));
}

/** The token as an API key for another method. */
export async function generate(GoogleGenAI, endpoint, origin) {
  const answer = await askForToken(endpoint, origin);
  return failing(client(GoogleGenAI, answer).models.generateContent({ model: answer.model, contents: 'Hello' }));
}
