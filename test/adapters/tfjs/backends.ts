// Every test of the adapter runs on every backend: cpu and wasm in Node; wasm, cpu and webgl in a page.
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { suite, type Test } from 'uvu';

/** Set by the page that the tests run in. */
interface Page {
  backends: string[];
  wasmPath: string;
}

const page = (globalThis as { tfjsTestPage?: Page }).tfjsTestPage;

export const inNode: boolean = page === undefined;
export const backends: readonly string[] = page?.backends ?? ['cpu', 'wasm'];
if (page !== undefined) setWasmPaths(page.wasmPath);
// No banner, and no hints about speed.
tf.enableProdMode();

/** Defines the same tests once for each backend. */
export function onEachBackend(name: string, define: (test: Test, backend: string) => void): void {
  for (const backend of backends) {
    const test = suite(`${name}, ${backend}`);
    test.before(async () => {
      if (!(await tf.setBackend(backend))) throw new Error(`no backend ${backend}`);
      await tf.ready();
    });
    define(test, backend);
    test.run();
  }
}
