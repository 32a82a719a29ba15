// Takes the pictures of the viewer that the docs show: of the digits example, and of files that PyTorch wrote.
//
//   npm run build && node test/browser/viewer-pictures.mjs
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchChromium } from './chromium.mjs';
import { startView } from './viewer-command.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'layertap-pictures-'));
const digits = join(temporary, 'digits');
execFileSync(process.execPath, ['--import', 'tsx', 'examples/digits/main.ts', digits], { cwd: root });

const pictures = {
  'viewer-digits': { directory: digits, scheme: 'light', view: {} },
  'viewer-pytorch': { directory: join(root, 'test/fixtures/viewer/logs'), scheme: 'dark', view: { runs: 'overlaid' } },
};

const browser = await launchChromium();
for (const [name, { directory, scheme, view }] of Object.entries(pictures)) {
  const server = await startView(directory);
  const page = await browser.newPage({ viewport: { width: 1200, height: 860 }, colorScheme: scheme });
  await page.goto(server.url);
  await page.locator('.card.histogram canvas').first().waitFor();
  await page.evaluate((changes) => globalThis.viewer.state.change(changes), view);
  const card = await page.locator('.card.histogram canvas').first().boundingBox();
  await page.mouse.move(card.x + card.width * 0.4, card.y + card.height * 0.4);
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(root, `docs/images/${name}.png`) });
  await page.close();
  await server.stop();
}
await browser.close();
rmSync(temporary, { recursive: true });
