/**
 * Writes dist/ (what an owner copies), its types and custom-elements.json from src/.
 *
 *   node build.mjs [FOLDER]    into FOLDER instead of beside this file
 */

import { execFileSync } from 'node:child_process';
import { appendFile, copyFile, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const TARGET = path.resolve(process.argv[2] ?? HERE);
const DIST = path.join(TARGET, 'dist');
const { version } = JSON.parse(await readFile(path.join(HERE, 'package.json'), 'utf8'));

const BROWSERS = ['chrome123', 'firefox120', 'safari17.5'];
const PARTS = ['video', 'usage', 'diagnosis', 'site', 'search', 'questions', 'actions', 'memory', 'offer', 'links'].map((name) => `livetoken-${name}.js`);
const ON_DEMAND = [...PARTS.map((name) => `./${name}`), './words/*.js']; // files of their own, loaded when they are needed

/** The style sheet is a text within a module: esbuild would leave it as it is. */
const minifiedStyles = {
  name: 'minified styles',
  setup(build) {
    build.onLoad({ filter: /styles\.js$/ }, async ({ path: file }) => {
      const source = await readFile(file, 'utf8');
      const [, css] = /`([^`]*)`/.exec(source);
      const { code } = await esbuild.transform(css, { loader: 'css', minify: true, target: BROWSERS });
      return { contents: source.replace(css, () => code.trim()) };
    });
  },
};

const shared = {
  absWorkingDir: path.join(HERE, 'src'),
  outdir: DIST,
  format: 'esm',
  target: BROWSERS,
  minify: true,
  charset: 'utf8', // a module is read as UTF-8, always
  banner: { js: `/* livetoken ${version}, Apache-2.0 */` },
  logLevel: 'warning',
};

/** Run a tool of node_modules/.bin. */
function tool(name, ...options) {
  execFileSync(path.join(HERE, 'node_modules', '.bin', name), options, { cwd: HERE, stdio: ['ignore', 2, 2] });
}

/** The sources run as they are, without npm: what they take from a package is a file of theirs. */
async function vendor(name) {
  const folder = path.join(HERE, 'node_modules', name);
  const { version: pinned } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  await esbuild.build({
    entryPoints: [path.join(folder, 'dist', 'es', 'index.js')],
    outfile: path.join(TARGET, 'src', 'vendor', `${name}.js`),
    format: 'esm',
    target: BROWSERS,
    minify: true,
    banner: { js: `/*! ${name} ${pinned}\n\n${await readFile(path.join(folder, 'LICENSE.txt'), 'utf8')}*/` },
  });
}

await vendor('minisearch');
await rm(DIST, { recursive: true, force: true });
const words = (await readdir(path.join(HERE, 'src', 'words'))).map((name) => `words/${name}`);
await esbuild.build({ ...shared, entryPoints: ['live-voice.js', 'livetoken.js', ...PARTS], bundle: true, external: ON_DEMAND, plugins: [minifiedStyles] });
await esbuild.build({ ...shared, entryPoints: ['livetoken-worklet.js', ...words], outbase: '.' });
await copyFile(path.join(HERE, '..', 'LICENSE'), path.join(DIST, 'LICENSE'));

tool('tsc', '--project', HERE, '--outDir', path.join(DIST, 'types'));
await appendFile(path.join(DIST, 'types', 'live-voice.d.ts'), await readFile(path.join(HERE, 'frameworks.d.ts')));

tool('cem', 'analyze', '--outdir', path.relative(HERE, TARGET) || '.', '--quiet');
