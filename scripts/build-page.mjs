// Builds the page that `layertap view` serves, and the script of reports: self-contained files, with the licences of
// what went into them. Fails where the page becomes too large.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { noticesOf, packagesOf, textsOf } from './notices.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = join(root, 'dist/page');
mkdirSync(out, { recursive: true });

/** What a browser loads, gzipped: the script, its style within, and the worker's. */
const MOST_BYTES = { page: 60_000, report: 60_000 };
const SCRIPTS = { 'viewer.js': 'page', 'worker.js': 'page', 'report.js': 'report' };

const sizes = { page: 0, report: 0 };
const packages = [];
for (const [name, part] of Object.entries(SCRIPTS)) {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(root, 'src/viewer/page', name.replace('.js', '.ts'))],
    absWorkingDir: root,
    alias: { 'd3-color': join(root, 'scripts/no-colours.mjs') },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    metafile: true,
    write: false,
  });
  // Of what the files begin with, only that of which something was left.
  const used = Object.entries(Object.values(metafile.outputs)[0].inputs).filter(
    ([, { bytesInOutput }]) => bytesInOutput,
  );
  const within = packagesOf(used.map(([path]) => join(root, path)));
  packages.push(...within);
  const script = noticesOf(within) + outputFiles[0].text;
  writeFileSync(join(out, name), script);
  const bytes = gzipSync(script, { level: 9 }).length;
  sizes[part] += bytes;
  console.log(`dist/page/${name}: ${script.length} bytes, ${bytes} gzipped`);
}
writeFileSync(join(out, 'licences.txt'), textsOf(packages));

for (const [part, bytes] of Object.entries(sizes)) {
  if (bytes > MOST_BYTES[part]) throw new Error(`the ${part} has ${bytes} bytes gzipped; at most ${MOST_BYTES[part]}`);
}
