/** The official SDK with a token of livetoken; nothing of livetoken.js is used here. Licence: Apache-2.0 */

const form = document.getElementById('question');
const status = document.getElementById('status');
const answer = document.getElementById('answer');

// The function starts while the visitor reads, and the click waits for that; if it fails, the token's answer says why.
const endpoint = new URL(form.dataset.endpoint);
const warmUp = new URL(endpoint);
warmUp.searchParams.set('warm', '1');
const warm = fetch(warmUp, { signal: AbortSignal.timeout(12000) }).catch(() => {});

async function loadSdk() {
  try {
    return await import('./vendor/genai.js');
  } catch {
    throw new Error('The official SDK is not here yet: it is bundled by `make sdk`, which needs Node.js 20 or newer.');
  }
}

async function askForToken() {
  await warm;
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      lang: document.documentElement.lang,
      pageTitle: document.title,
      pageUrl: location.origin + location.pathname,
      pageContent: document.querySelector('article').innerText.slice(0, 12000),
    }),
  });
  const ticket = await response.json();
  if (!response.ok) throw new Error(ticket.error);
  return ticket;
}

/** Counts what Gemini bills, and tells the function when the page goes or the conversation ends: docs/openapi.yaml, `Usage`. */
function usageOf({ requestId, prompt, promptVersion, model }) {
  const [tokens, begun] = [{ in: {}, out: {} }, performance.now()];
  let [sequence, turns] = [0, 0];
  const add = (way, details = []) => details.forEach(({ modality, tokenCount }) => { tokens[way][modality.toLowerCase()] = (tokens[way][modality.toLowerCase()] ?? 0) + tokenCount; });
  const report = (ended) => fetch(new URL('/api/usage', endpoint), {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, credentials: 'omit', keepalive: true,
    body: JSON.stringify({ requestId, prompt, promptVersion, model, sequence: ++sequence, seconds: Math.round(performance.now() - begun) / 1000, turns, tokens, ended }),
  }).catch(() => {});
  addEventListener('pagehide', () => report('left'));
  return { report, bill: (used) => { turns += 1; add('in', used.promptTokensDetails); add('out', used.responseTokensDetails); } };
}

/** Sound is 24 kHz, 16-bit; each piece starts where the last one ends. */
function player() {
  const context = new AudioContext({ sampleRate: 24000 });
  let next = 0;
  return {
    play(base64) {
      const samples = new Int16Array(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer);
      const buffer = context.createBuffer(1, samples.length, 24000);
      buffer.getChannelData(0).set(Float32Array.from(samples, (sample) => sample / 32768));
      const source = context.createBufferSource();
      source.buffer = buffer;
      source.connect(context.destination);
      next = Math.max(next, context.currentTime + 0.05);
      source.start(next);
      next += buffer.duration;
    },
    close: () => setTimeout(() => context.close(), 1000 * Math.max(0, next - context.currentTime)),
  };
}

async function converse(question) {
  const speaker = player(); // in the click, where browsers allow sound
  const { GoogleGenAI } = await loadSdk();
  status.textContent = 'Asking for a token …';
  const ticket = await askForToken();
  const ai = new GoogleGenAI({
    apiKey: ticket.token,
    // Google's own address is the SDK's default; the emulator needs its own.
    httpOptions: { apiVersion: ticket.apiVersion, baseUrl: new URL(ticket.websocketUrl.replace(/^ws/, 'http')).origin },
  });
  const usage = usageOf(ticket);
  status.textContent = 'Connecting…';
  answer.textContent = '';
  await new Promise((resolve, reject) => {
    const session = ai.live.connect({
      model: ticket.model,
      callbacks: {
        onmessage({ serverContent, usageMetadata }) {
          if (usageMetadata) usage.bill(usageMetadata);
          for (const part of serverContent?.modelTurn?.parts ?? []) if (part.inlineData) speaker.play(part.inlineData.data);
          answer.textContent += serverContent?.outputTranscription?.text ?? '';
          if (serverContent?.turnComplete) resolve(session.then((open) => open.close()));
        },
        onclose: ({ reason }) => reject(new Error(reason || 'The connection was closed.')),
      },
    });
    session.then((open) => open.sendRealtimeInput({ text: question }), reject);
    status.textContent = 'Speaking …';
  });
  usage.report('closed');
  speaker.close();
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  try {
    await converse(document.getElementById('text').value);
    status.textContent = 'Done. The token was for this one conversation.';
  } catch (error) {
    status.textContent = error.message;
  }
  button.disabled = false;
});
