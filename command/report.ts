import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { directoryLogs } from '../src/tensorboard/index.ts';
import { CommandError } from './command-error.ts';
import { reportHtml } from './html.ts';
import { kindOf } from './kind-of.ts';
import { pageFile } from './page-files.ts';

export interface ReportOptions {
  readonly directory: string;
  readonly output: string;
}

/**
 * Writes one HTML file with everything that a log directory has to show.
 * @throws CommandError where there is nothing to show, or the file cannot be written; what it held is then still there
 */
export async function report({ directory, output }: ReportOptions): Promise<void> {
  const found = await kindOf(directory);
  if (found !== 'directory') throw new CommandError(`${directory} is no directory that can be read (${found})`);
  await checkOutput(output);
  // Not loaded before it is needed: `layertap view` is to answer at once.
  const { packLogs } = await import('../viewer/logs.ts');
  const packed = await packLogs(directoryLogs(directory, { outside: false }), {
    onWarning: (message) => console.error(`layertap: ${message}`),
  });
  if (packed === undefined) throw new CommandError(`there is nothing to show in ${directory}: no event file has data`);
  const data = deflateRawSync(packed, { level: 9 }).toString('base64');
  const html = reportHtml(basename(resolve(directory)), String(await pageFile('report.js')), data);
  await replace(output, html);
  console.log(`${output}: ${(Buffer.byteLength(html) / 1e6).toFixed(1)} MB`);
}

/** Before anything is read: that may take a while. */
async function checkOutput(output: string): Promise<void> {
  if ((await kindOf(output)) === 'directory') throw new CommandError(`${output} is a directory; a file is expected`);
  const parent = dirname(resolve(output));
  const found = await kindOf(parent);
  if (found !== 'directory')
    throw new CommandError(`${output} cannot be written: ${parent} is no directory (${found})`);
}

/**
 * Puts a file in the place of another one at once, so that at no time there is half of it. The half file has a name that
 * cannot be known before, and is made only where there is nothing: a link that lies there is not followed.
 */
async function replace(path: string, text: string): Promise<void> {
  const half = join(dirname(resolve(path)), `.layertap-${randomUUID()}`);
  try {
    const file = await open(half, 'wx');
    try {
      await file.writeFile(text).finally(() => file.close());
      await rename(half, path);
    } catch (error) {
      await rm(half, { force: true });
      throw error;
    }
  } catch (error) {
    throw new CommandError(`${path} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}
