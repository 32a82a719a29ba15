// The scripts of the command's pages, built by rollup.config.mjs: fails if one is too large for its page.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** Bytes, gzipped: what a page loads first, what it loads later, and what a report contains. */
const MOST_BYTES = {
  'viewer.js': 75_000,
  'later.js': 10_000,
  'overview.js': 6_000,
  'reader.js': 20_000,
  'markdown.js': 17_000,
  'activation-card.js': 12_000,
  // What the card and the recordings share.
  'activation.js': 3_000,
  'recordings.js': 3_000,
  'report.js': 95_000,
};

const folder = new URL('../dist/page/', import.meta.url);
for (const name of readdirSync(folder).filter((name) => name.endsWith('.js'))) {
  const script = readFileSync(new URL(name, folder));
  const bytes = gzipSync(script, { level: 9 }).length;
  console.log(`dist/page/${name}: ${script.length} bytes, ${bytes} gzipped`);
  if (MOST_BYTES[name] === undefined) throw new Error(`dist/page/${name} needs a limit in scripts/check-page.mjs`);
  if (bytes > MOST_BYTES[name]) throw new Error(`dist/page/${name} may have ${MOST_BYTES[name]} bytes gzipped`);
}
