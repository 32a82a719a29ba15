// The scripts of the command's page, built by rollup.config.mjs: fails if one of them loads too much.
import { bytesOf, loadedWith } from './loaded.mjs';

/** Bytes, gzipped, with all that a script imports. What the page has already counts for others no more. */
const MOST_BYTES = {
  'page.js': 60_000,
  'reader.js': 27_000,
  'later.js': 10_000,
  'scalars.js': 6_000,
  'histograms.js': 25_000,
  'markdown.js': 17_000,
  'activation-card.js': 12_000,
  'recordings.js': 3_000,
};

for (const [name, most] of Object.entries(MOST_BYTES)) {
  // The worker is a program of its own, and cards that are loaded later are loaded together.
  const without =
    name === 'page.js' || name === 'reader.js' ? [] : name === 'later.js' ? ['page.js'] : ['page.js', 'later.js'];
  const scripts = loadedWith(name, without);
  const { raw, gzipped } = bytesOf(scripts);
  console.log(`${scripts.join(', ')}: ${raw} bytes, ${gzipped} gzipped`);
  if (gzipped > most) throw new Error(`dist/browser/${name} and what it imports may have ${most} bytes gzipped`);
}
