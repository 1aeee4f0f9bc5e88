// A page without a framework: none is installed where this is compiled.

import { connect, LiveError, type Session, SENTENCES, Tokens, type TranscriptEntry } from 'livetoken';
import { LiveVoice, visibleText, type Words } from 'livetoken/live-voice';
import german from 'livetoken/words/de';

export async function plain(endpoint: string): Promise<TranscriptEntry[]> {
  const session: Session = await connect({ endpoint, lang: 'en', pageContent: () => visibleText(), functions: { show: ({ item }) => item } });
  session.addEventListener('transcript', ({ detail }) => detail.text.toUpperCase());
  session.addEventListener('error', ({ detail: { error, fatal } }) => {
    if (fatal && error.code === 'rate_limited') console.log(error.retryAfter?.toFixed());
    // @ts-expect-error there is no such code
    return error.code === 'no_such_code';
  });
  session.addEventListener('toolcall', (event) => {
    event.preventDefault();
    session.answerTool(event.detail.id, { result: 'ok' });
  });
  await session.startMicrophone({ echoCancellation: false });
  session.muted = true;
  session.sendTurns([{ role: 'user', parts: [{ text: 'Hello' }] }], { turnComplete: false });
  // @ts-expect-error the state is read only
  session.state = 'closed';
  // @ts-expect-error a token needs an endpoint
  new Tokens({});
  await connect({ tokens: new Tokens({ endpoint }), volume: 0.5 });
  // @ts-expect-error neither tokens nor an endpoint
  await connect({ volume: 0.5 });
  console.log(SENTENCES.quota.length);
  return session.transcript;
}

export function element(): void {
  const voice = document.querySelector('live-voice');
  if (!voice) return;
  voice.functions = { add_to_basket: ({ item }: { item: string }) => ({ item }) };
  voice.words = { talk: 'Ask us', errors: { quota: 'Come back tomorrow.' } };
  voice.words = german;
  voice.endpoint = 'https://your-function.run.app';
  voice.addEventListener('live-voice-transcript', ({ detail }) => detail.role === 'model');
  // @ts-expect-error there is no such word
  voice.words = { no_such_word: '' };
  // @ts-expect-error the session is read only
  voice.session = null;
  const words: Words = { errors: {} };
  void new LiveVoice().start({ voice: Boolean(words) }).catch((error: unknown) => error instanceof LiveError);
}
