// The Web Worker of index.mjs: starts one library and posts how long that took.
import { FILES, runScript } from '../browser/files.mjs';
import { measureStart } from './measure.mjs';

addEventListener('message', ({ data: { program } }) => {
  measureStart(() => import(`/startup/${program}.js`), { files: FILES, runScript }).then(
    (times) => postMessage({ times, done: true }),
    (error) => postMessage({ error: `${error}\n${error.stack}` }),
  );
});
