// Runs one section in this process and sends its rows to the parent. Started by run.mjs, one process a section, so
// that no section inherits the heap, or what the compiler learnt, from another.
import { openBench } from './node-bench.mjs';
import { SECTIONS } from './sections/index.mjs';

const { name, sizes, settings } = JSON.parse(process.argv[2]);
const bench = await openBench();
const versions = Object.fromEntries(bench.rivals.map((rival) => [rival.name, rival.version]));
process.send({ versions });
for await (const row of SECTIONS[name].rows({ ...bench, sizes, settings })) process.send({ row });
await bench.close();
process.disconnect();
// tfjs and onnxruntime leave handles open.
process.exit();
