/** Run one conversation in Node: `node run.mjs '{"task": "talk", "endpoint": …, "origin": …}'` prints its result as JSON. */

import { GoogleGenAI } from '@google/genai';
import * as visitor from './visitor.mjs';

const { task, endpoint, origin, body, answer, options } = JSON.parse(process.argv[2]);
const tasks = {
  token: () => visitor.askForToken(endpoint, origin, body),
  talk: async () => visitor.talk(GoogleGenAI, answer ?? (await visitor.askForToken(endpoint, origin, body)), options),
  hostile: async () => visitor.talk(GoogleGenAI, await visitor.askForToken(endpoint, origin, body), visitor.WISHES),
  late: () => visitor.failing(visitor.talk(GoogleGenAI, answer)),
  resume: () => visitor.resume(GoogleGenAI, endpoint, origin),
  reuse: () => visitor.reuse(GoogleGenAI, endpoint, origin),
  generate: () => visitor.generate(GoogleGenAI, endpoint, origin),
};
console.log(JSON.stringify((await tasks[task]()) ?? null));
process.exit(0);
