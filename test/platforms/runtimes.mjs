// Node, Deno and Bun; and engines that lack what React Native's lacks, or a browser of 2022.
import { join } from 'node:path';
import { entries } from './install.mjs';
import { isInstalled, Project } from './project.mjs';

const NODES = ['node-22', 'node-24', 'node-26'];

async function runNode(tools, name, program) {
  const project = new Project(tools, name);
  const version = (await project.exec(program, ['--version'])).replace(/^v/, '');
  return { version, tried: await project.exec(program, ['node.mjs']) };
}

/** @param kind what it lacks, by old-engine.mjs */
async function runOldEngine(tools, kind) {
  const project = new Project(tools, `old-engine-${kind}`);
  return { version: '', tried: await project.exec(process.execPath, ['old-engine.mjs', kind, ...entries(tools)]) };
}

/** Deno and Bun run the same program as Node. */
async function runOther(tools, name, inputs) {
  const project = new Project(tools, name);
  const program = project.tool(join('.bin', name));
  const version = /\d+\.\d+\.\d+/.exec(await project.exec(program, ['--version']))[0];
  return { version, tried: await project.exec(program, [...inputs, 'node.mjs']) };
}

export const RUNTIMES = [
  { name: 'Node', run: (tools) => runNode(tools, 'node', process.execPath) },
  ...NODES.map((name) => ({
    name: 'Node',
    run: (tools) => {
      if (!isInstalled(tools, name)) throw new Error(`${name} is not installed: its package is for Linux on x64`);
      return runNode(tools, name, join(tools, 'node_modules', name, 'bin/node'));
    },
  })),
  { name: 'Deno', run: (tools) => runOther(tools, 'deno', ['run', '-A']) },
  { name: 'Bun', run: (tools) => runOther(tools, 'bun', []) },
  {
    name: 'an engine without TextDecoder, WebAssembly and WeakRef, as in React Native',
    run: (tools) => runOldEngine(tools, 'react-native'),
  },
  {
    name: 'an engine without what came after 2022, such as `toSorted`',
    run: (tools) => runOldEngine(tools, '2022'),
  },
];
