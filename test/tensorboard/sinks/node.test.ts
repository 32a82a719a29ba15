import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeBuiltins } from '../../../src/tensorboard/sinks/node.ts';

function withProcess(value: unknown, run: () => void): void {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'process')!;
  Object.defineProperty(globalThis, 'process', { value, configurable: true, writable: true });
  try {
    run();
  } finally {
    Object.defineProperty(globalThis, 'process', descriptor);
  }
}

test('nodeBuiltins() is undefined outside Node', () => {
  // A browser; a bundler's stand-in for process; an old Node.
  for (const value of [undefined, { env: {} }, { pid: 1, versions: { node: '18.0.0' } }]) {
    withProcess(value, () => assert.is(nodeBuiltins(), undefined));
  }
});

test('nodeBuiltins() gives the modules of Node', () => {
  const { fs, os, path, process } = nodeBuiltins()!;
  assert.type(fs.openSync, 'function');
  assert.type(os.hostname(), 'string');
  assert.type(path.sep, 'string');
  assert.is(process.pid, globalThis.process.pid);
});

test.run();
