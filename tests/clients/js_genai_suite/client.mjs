// @google/genai: the Live tests of its repository, unchanged but for the model's name, against the installed package.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';

const { EMULATOR, ENVIRONMENT, GEMINI_API_KEY, SOURCE } = process.env;
const packages = createRequire(`${ENVIRONMENT}/package.json`);
const { build } = packages('esbuild');
const Jasmine = packages('jasmine');

// Google has shut down the model that the tests name. They ask for text, and for tools: this one has both.
const THEIR_MODEL = 'gemini-live-2.5-flash-preview';
const MODEL = 'gemini-robotics-er-2-streaming-preview';
const SUITE = 'test/system/node/live_test.ts';

const fromPackage = {
  name: 'what the tests take from the source tree comes from the installed package',
  setup({ onLoad, onResolve }) {
    const installed = (name) => ({ path: packages.resolve(name), external: true });
    onResolve({ filter: /\/src\/.*\.js$/ }, () => installed('@google/genai'));
    onResolve({ filter: /^google-auth-library$/ }, ({ path }) => installed(path));
    // It replays recordings, which is asked for with --test-server alone.
    onResolve({ filter: /^test-server-sdk$/ }, ({ path }) => ({ path, namespace: 'unused' }));
    onLoad({ filter: /./, namespace: 'unused' }, () => ({ contents: 'export const startTestServer = null, stopTestServer = null;' }));
    onLoad({ filter: /live_test\.ts$/ }, ({ path }) => {
      const pieces = readFileSync(path, 'utf8').split(`'${THEIR_MODEL}'`);
      assert.equal(pieces.length, 2, `${SUITE} names ${THEIR_MODEL} elsewhere than it did`);
      return { contents: pieces.join(`'${MODEL}'`), loader: 'ts' };
    });
  },
};

process.env.GOOGLE_API_KEY = GEMINI_API_KEY;
delete process.env.GEMINI_API_KEY;
process.chdir(SOURCE);
await build({ absWorkingDir: SOURCE, entryPoints: [SUITE], bundle: true, platform: 'node', format: 'esm', outfile: 'live_test.mjs', plugins: [fromPackage] });

const specs = { passed: [], failed: [], excluded: [] };
const runner = new Jasmine({ projectBaseDir: SOURCE });
runner.exitOnCompletion = false;
runner.addReporter({
  specDone: (spec) => {
    specs[spec.status].push(spec);
    for (const { message } of spec.failedExpectations) console.log(`${spec.fullName}: ${message}`);
  },
});
await runner.execute(['live_test.mjs'], /ML Dev/);
const ofVertex = specs.excluded.filter(({ fullName }) => fullName.startsWith('live Vertex '));
assert.deepEqual([specs.failed.length, specs.passed.length, ofVertex.length], [0, 11, specs.excluded.length]);
console.log(`ok own tests: ${specs.passed.length} passed, ${ofVertex.length} of Vertex left out`);

// Most of them only look whether something is not null, so what reached the emulator is looked at, too.
const control = async (path) => (await fetch(`${EMULATOR}/_standin/${path}`)).json();
const count = (await control('sessions')).length;
const sessions = await Promise.all(Array.from({ length: count }, (_, place) => control(`sessions/${place}`)));
const withText = sessions.filter(({ texts }) => texts.length === 1);
const withSound = sessions.filter(({ audio }) => audio.bytes === statSync('test/system/node/hello_are_you_there.pcm').size);
const withResult = sessions.filter(({ toolResponses }) => toolResponses[0]?.name === 'getStatus');
assert.deepEqual([count, withText.length, withSound.length, withResult.length], [10, 5, 3, 1]);
// The result belongs to no call: the emulator may have been faster to refuse it than the test was to leave.
for (const { close } of sessions.filter((session) => !withResult.includes(session))) assert.equal(close.code, 1005);
console.log('ok what reached the emulator: 10 sessions, 5 texts, 3 recordings of speech, 1 function response');
process.exit(0);
