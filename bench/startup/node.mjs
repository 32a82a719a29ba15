// The process of index.mjs: starts one library and sends how long that took.
import { litertFiles, runScript } from '../node/browser-script.mjs';
import { measureStart } from './measure.mjs';

const load = () => import(`./programs/${process.argv[2]}.mjs`);
process.send(await measureStart(load, { files: { litert: litertFiles }, runScript }));
process.disconnect();
process.exit();
