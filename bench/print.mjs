// What the benchmarks that run in Node print: the conditions, then a line for each result.
import { cpus } from 'node:os';
import { pathToFileURL } from 'node:url';

/** True in the file that `node` was started with. */
export const isMain = ({ url }) => url === pathToFileURL(process.argv[1]).href;

/** Prints the engine, the processor, and whatever else the figures depend on: kernels, versions of libraries. */
export function printConditions(...others) {
  console.log([`Node ${process.version}, V8 ${process.versions.v8}`, cpus()[0].model, ...others].join(', '));
}

/** Prints a line of a table. */
export function printRow(label, ns, note = '') {
  const time = ns < 1000 ? `${ns.toFixed(1)} ns` : `${(ns / 1000).toFixed(2)} µs`;
  console.log(`${label.padEnd(52)} ${time.padStart(10)}  ${note}`);
}
