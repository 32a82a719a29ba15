// The tools, and the packed package beside them.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stagePackage } from '../../scripts/stage-package.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Installs into a folder outside the repository, so that nothing of it is found by accident. */
export function install(tools) {
  mkdirSync(tools, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(here, file), join(tools, file));
  const npm = (cwd, ...inputs) =>
    execFileSync('npm', inputs, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (!existsSync(join(tools, 'node_modules'))) npm(tools, 'ci', '--no-audit', '--no-fund', '--loglevel=error');
  const [{ filename }] = JSON.parse(npm(root, 'pack', stagePackage(), '--json', '--pack-destination', tools));
  npm(tools, 'install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', `./${filename}`);
}

/** The specifiers of all entries of the installed package. */
export function entries(tools) {
  const { exports } = JSON.parse(readFileSync(join(tools, 'node_modules/layertap/package.json'), 'utf8'));
  return Object.keys(exports)
    .filter((entry) => entry !== './package.json')
    .map((entry) => `layertap${entry.slice(1)}`);
}
