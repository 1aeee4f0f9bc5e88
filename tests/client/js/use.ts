// What a page in TypeScript may write, and what it may not; `tsc` checks both.

import { connect, LiveError, type Session, Tokens, type TranscriptEntry } from '../../../client/src/livetoken.js';
import '../../../client/src/live-voice.js';

export async function plain(endpoint: string): Promise<TranscriptEntry[]> {
  const session: Session = await connect({ endpoint, lang: 'en', pageContent: () => document.title, functions: { show: ({ item }) => item } });
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
  return session.transcript;
}

export function element(): void {
  const voice = document.querySelector('live-voice');
  if (!voice) return;
  voice.functions = { add_to_basket: ({ item }: { item: string }) => ({ item }) };
  voice.words = { talk: 'Ask us', errors: { quota: 'Come back tomorrow.' } };
  voice.addEventListener('live-voice-transcript', ({ detail }) => detail.role === 'model');
  // @ts-expect-error there is no such word
  voice.words = { no_such_word: '' };
  void voice.start({ voice: false }).catch((error: unknown) => error instanceof LiveError);
}
