// Builds the page of `layertap view` and the script of reports: self-contained files with the licences of the packages in
// them. Fails if one becomes too large.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { noticesOf, packagesOf, textsOf } from './notices.mjs';
import { styleText } from './style-text.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = join(root, 'dist/page');
mkdirSync(out, { recursive: true });

/** For each script, gzipped: a whole viewer, style included. */
const MOST_BYTES = 75_000;

const styles = {
  name: 'style sheets',
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => ({
      contents: await styleText(readFileSync(path, 'utf8')),
      loader: 'text',
    }));
  },
};

const packages = [];
for (const name of ['viewer', 'report']) {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(root, `viewer/page/${name}.ts`)],
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    plugins: [styles],
    metafile: true,
    write: false,
  });
  // Packages that were tree-shaken away need no notice.
  const used = Object.entries(Object.values(metafile.outputs)[0].inputs).filter(
    ([, { bytesInOutput }]) => bytesInOutput,
  );
  const within = packagesOf(used.map(([path]) => join(root, path)));
  packages.push(...within);
  const script = noticesOf(within) + outputFiles[0].text;
  writeFileSync(join(out, `${name}.js`), script);
  const bytes = gzipSync(script, { level: 9 }).length;
  console.log(`dist/page/${name}.js: ${script.length} bytes, ${bytes} gzipped`);
  if (bytes > MOST_BYTES) throw new Error(`dist/page/${name}.js may have ${MOST_BYTES} bytes gzipped`);
}
writeFileSync(join(out, 'licences.txt'), textsOf(packages));
