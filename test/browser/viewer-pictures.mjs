// Takes the pictures of the viewer that the docs show: of the digits example, of files that PyTorch wrote, and of directories
// as people have them.
//
//   npm run build && node test/browser/viewer-pictures.mjs [part of a picture's name]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchChromium } from './chromium.mjs';
import { startView } from './viewer-command.mjs';
import { writeKeras, writeResumed, writeThirtyRuns } from './viewer-directories.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'layertap-pictures-'));
const digits = join(temporary, 'digits');
execFileSync(process.execPath, ['--import', 'tsx', 'examples/digits/main.ts', digits], { cwd: root });

const written = { keras: writeKeras, thirty: writeThirtyRuns, resumed: writeResumed };
for (const [name, write] of Object.entries(written)) await write(join(temporary, name));

const wide = [1200, 860];
const pictures = {
  'viewer-digits': { directory: digits, scheme: 'light' },
  'viewer-pytorch': { directory: join(root, 'test/fixtures/viewer/logs'), scheme: 'dark', view: { runs: 'overlaid' } },
  'viewer-keras': { directory: join(temporary, 'keras'), scheme: 'light' },
  'viewer-keras-narrow': { directory: join(temporary, 'keras'), scheme: 'dark', size: [420, 860] },
  'viewer-thirty-runs': {
    directory: join(temporary, 'thirty'),
    scheme: 'dark',
    size: [1200, 640],
    view: { axis: 'wall' },
  },
  'viewer-resumed': { directory: join(temporary, 'resumed'), scheme: 'light', view: { axis: 'relative' } },
};

const browser = await launchChromium();
for (const [name, { directory, scheme, size: [width, height] = wide, view = {} }] of Object.entries(pictures)) {
  if (!name.includes(process.argv[2] ?? '')) continue;
  const server = await startView(directory);
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme });
  await page.goto(server.url);
  await page.locator('.card canvas').first().waitFor();
  await page.evaluate((changes) => globalThis.viewer.state.change(changes), view);
  const card = await page.locator('.card canvas').first().boundingBox();
  await page.mouse.move(card.x + card.width * 0.4, card.y + card.height * 0.4);
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(root, `docs/images/${name}.png`) });
  await page.close();
  await server.stop();
}
await browser.close();
rmSync(temporary, { recursive: true });
