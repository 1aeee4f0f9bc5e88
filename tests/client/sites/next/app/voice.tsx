'use client';

import 'livetoken/live-voice';
import { useEffect, useState } from 'react';

export function Voice() {
  const [endpoint, setEndpoint] = useState('');
  const [said, setSaid] = useState('');
  useEffect(() => setEndpoint(new URLSearchParams(location.search).get('endpoint') ?? ''), []);
  return (
    <>
      <live-voice endpoint={endpoint} onlive-voice-transcript={({ detail }) => detail.role === 'model' && setSaid(detail.text)} />
      <p data-private id="said">{said}</p>
    </>
  );
}
