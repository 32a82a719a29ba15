import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { directoryLogs } from '../tensorboard/index.ts';
import { CommandError } from './command-error.ts';
import { reportHtml } from './html.ts';
import { kindOf } from './kind-of.ts';
import { pageScript } from './page-files.ts';

export interface ReportOptions {
  readonly directory: string;
  readonly output: string;
}

/**
 * Writes one HTML file with everything that is in a log directory.
 * @throws CommandError where there is nothing to show, or the file cannot be written; what it held is then still there
 */
export async function report({ directory, output }: ReportOptions): Promise<void> {
  const found = await kindOf(directory);
  if (found !== 'directory') throw new CommandError(`${directory} is no directory that can be read (${found})`);
  await checkOutput(output);
  const store = await read(directory);
  const name = basename(resolve(directory));
  const data = deflateRawSync(packStore(store), { level: 9 }).toString('base64');
  const html = reportHtml(name, await pageScript('report.js'), data);
  await write(output, html);
  console.log(`${output}: ${megabytes(html.length)}`);
}
