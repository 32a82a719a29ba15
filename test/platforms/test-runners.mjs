// Test runners, with and without a simulated page.
import { Project } from './project.mjs';

const TEST = `import { check } from './check.js';
test('the network runs', () => { expect(check()).toMatch(/ kernels$/); });`;

async function runVitest(tools) {
  const kernels = [];
  for (const environment of ['node', 'jsdom']) {
    const project = new Project(tools, `vitest-${environment}`, {
      'check.test.js': `import { expect, test } from 'vitest';\n${TEST}`,
    });
    await project.run('vitest', ['run', '--environment', environment]);
    kernels.push(environment);
  }
  return { version: new Project(tools, 'vitest').version('vitest'), tried: kernels.join('; ') };
}

const COMMONJS = {
  'package.json': '{ "private": true }',
  'babel.config.json': '{ "plugins": ["@babel/plugin-transform-modules-commonjs"] }',
  'check.test.js': TEST,
};
/** Jest leaves packages as they are; modules among them have to be transformed, as its own guide says. */
const TRANSFORMED = { transformIgnorePatterns: [] };

async function runJest(tools) {
  const modules = new Project(tools, 'jest-modules', { 'check.test.js': TEST });
  const asModules = { NODE_OPTIONS: '--experimental-vm-modules --no-warnings' };
  const config = (options) => ['--config', JSON.stringify({ rootDir: '.', ...options })];
  for (const testEnvironment of ['node', 'jsdom']) {
    await modules.run('jest', config({ testEnvironment, transform: {} }), asModules);
  }
  const commonjs = new Project(tools, 'jest-commonjs', COMMONJS);
  for (const testEnvironment of ['node', 'jsdom']) {
    await commonjs.run('jest', config({ testEnvironment, ...TRANSFORMED }));
  }
  return { version: modules.version('jest'), tried: 'modules and CommonJS; node and jsdom' };
}

async function runNodeTest(tools) {
  const project = new Project(tools, 'node-test', {
    'check.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from './check.js';
test('the network runs', () => assert.match(check(), / kernels$/));`,
  });
  await project.exec(process.execPath, ['--test', 'check.test.js']);
  return { version: process.versions.node, tried: 'node' };
}

export const TEST_RUNNERS = [
  { name: 'Vitest', run: runVitest },
  { name: 'Jest', run: runJest },
  { name: 'node:test', run: runNodeTest },
];
