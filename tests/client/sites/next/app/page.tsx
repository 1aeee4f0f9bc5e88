import { Voice } from './voice';

export default function Page() {
  return (
    <main>
      <h1>Herons of Next.js</h1>
      <Voice />
    </main>
  );
}
