// Bundlers at their defaults: the result runs in Chromium.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { openPage, serve, visit } from './pages.mjs';
import { Project } from './project.mjs';

const page = (script) =>
  `<!doctype html><title>layertap</title><body><script type="module" src="${script}"></script></body>`;

/** Builds a project, and opens what was built. @param build gets the project; @param output where the page is */
async function bundle(tools, name, { files, build, output = '.' }) {
  const project = new Project(tools, name, files);
  await build(project);
  const { result } = await openPage(join(project.folder, output));
  return { version: project.version(name), tried: result.kernels };
}

const WEBPACK = `export default {
  mode: 'production',
  entry: './page.js',
  performance: { hints: false },
  output: { path: import.meta.dirname ?? new URL('.', import.meta.url).pathname, filename: 'bundle.js' },
};`;

/** webpack's own interface, so that its command line need not be installed. */
const RUN_WEBPACK = `
import webpack from 'webpack';
import config from './webpack.config.js';
webpack(config, (error, stats) => {
  if (error) throw error;
  if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString());
});`;

const ROLLUP = `import { nodeResolve } from '@rollup/plugin-node-resolve';
export default {
  input: 'page.js',
  output: { dir: 'out', format: 'es' },
  plugins: [nodeResolve({ browser: true })],
  onwarn(warning) { throw new Error(warning.message); },
};`;

const NEXT_PAGE = `'use client';
import { useEffect } from 'react';
export default function Page() {
  useEffect(() => { import('../page.js'); }, []);
  return null;
}`;
/** Rendered on the server, with the network run there. */
const NEXT_SERVER = `import { check } from '../../check.js';
export const dynamic = 'force-dynamic';
export default function Page() {
  return <p>{check()}</p>;
}`;

async function runNext(tools) {
  const project = new Project(tools, 'next', {
    'package.json': '{ "private": true }',
    'app/layout.jsx': 'export default ({ children }) => <html lang="en"><body>{children}</body></html>;',
    'app/page.jsx': NEXT_PAGE,
    'app/server/page.jsx': NEXT_SERVER,
    'app/result/route.js': `export async function POST(request) {
  await fetch(process.env.RESULTS, { method: 'POST', body: await request.text() });
  return new Response('');
}`,
    // The tools' folder is the root of the project's packages.
    'next.config.mjs': `export default { turbopack: { root: ${JSON.stringify(tools)} } };`,
  });
  const results = await serve(project.folder);
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', RESULTS: results.url };
  await project.run('next', ['build'], { NEXT_TELEMETRY_DISABLED: '1' });
  const server = spawn(process.execPath, [project.tool('next/dist/bin/next'), 'start', '--port', '0'], {
    cwd: project.folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let printed = '';
    while (!/http:\/\/localhost:(\d+)/.test(printed)) printed += (await once(server.stdout, 'data'))[0];
    const url = `http://127.0.0.1:${/http:\/\/localhost:(\d+)/.exec(printed)[1]}`;
    const { result } = await visit(`${url}/`, 'chromium', results.posted);
    const rendered = await (await fetch(`${url}/server`)).text();
    if (!rendered.includes(' kernels')) throw new Error(`the server rendered ${rendered.slice(0, 500)}`);
    return { version: project.version('next'), tried: `${result.kernels}; on the server` };
  } finally {
    server.kill();
    results.close();
  }
}

export const BUNDLERS = [
  {
    name: 'Vite',
    run: (tools) =>
      bundle(tools, 'vite', {
        files: { 'index.html': page('./page.js') },
        build: (project) => project.run('vite', ['build', '--logLevel', 'warn']),
        output: 'dist',
      }),
  },
  {
    name: 'webpack',
    run: (tools) =>
      bundle(tools, 'webpack', {
        files: { 'index.html': page('bundle.js'), 'webpack.config.js': WEBPACK, 'run-webpack.js': RUN_WEBPACK },
        build: (project) => project.exec(process.execPath, ['run-webpack.js']),
      }),
  },
  {
    name: 'Rollup, without its plugin for CommonJS',
    run: (tools) =>
      bundle(tools, 'rollup', {
        files: { 'rollup.config.js': ROLLUP, 'index.html': page('out/page.js') },
        build: (project) => project.run('rollup', ['-c', '--silent']),
      }),
  },
  {
    name: 'esbuild',
    run: (tools) =>
      bundle(tools, 'esbuild', {
        files: { 'index.html': page('bundle.js') },
        build: (project) =>
          project.exec(project.tool('.bin/esbuild'), ['page.js', '--bundle', '--format=esm', '--outfile=bundle.js']),
      }),
  },
  {
    name: 'Parcel, the entry `layertap` alone',
    run: (tools) =>
      bundle(tools, 'parcel', {
        files: { 'index.html': page('./root-page.js') },
        build: (project) =>
          project.run('parcel', ['build', 'index.html', '--no-cache', '--no-source-maps', '--public-url', '/']),
        output: 'dist',
      }),
  },
  { name: 'Next.js', run: runNext },
];
