import 'livetoken/live-voice';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';

const endpoint = new URLSearchParams(location.search).get('endpoint') ?? '';

function App() {
  const [said, setSaid] = useState('');
  return (
    <main>
      <h1>Herons of Vite and React</h1>
      <live-voice
        endpoint={endpoint}
        floating={false}
        functions={{ show_item: ({ item }) => ({ shown: item }) }}
        onlive-voice-transcript={({ detail }) => detail.role === 'model' && setSaid(detail.text)}
      />
      <p data-private id="said">{said}</p>
    </main>
  );
}

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
