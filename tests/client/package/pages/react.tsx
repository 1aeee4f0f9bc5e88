// A React 19 page with the element, and what it must not write.

import { LiveError, type PageFunction } from 'livetoken';
import type { LiveVoice } from 'livetoken/live-voice';
import { useRef } from 'react';

export function Voice({ functions }: { functions: Record<string, PageFunction> }) {
  const voice = useRef<LiveVoice>(null);
  return (
    <>
      <live-voice
        ref={voice}
        className="wide"
        endpoint="https://your-function.run.app"
        floating
        idle-minutes={3}
        label-talk="Ask us"
        functions={functions}
        words={{ errors: { quota: 'Come back tomorrow.' } }}
        onlive-voice-transcript={({ detail }) => console.log(detail.role, detail.text.length)}
        onlive-voice-error={({ detail }) => detail.error instanceof LiveError}
      />
      {/* @ts-expect-error the endpoint is missing */}
      <live-voice floating />
      {/* @ts-expect-error there is no such theme */}
      <live-voice endpoint="/" theme="pink" />
      {/* @ts-expect-error no such event field */}
      <live-voice endpoint="/" onlive-voice-mute={({ detail }) => detail.nothing} />
      <button type="button" onClick={() => voice.current?.start()}>Start</button>
    </>
  );
}
