import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { directoryLogs } from '../src/tensorboard/index.ts';
import type { CommandOf } from './arguments.ts';
import { reportHtml, reportScript } from './page.ts';
import { CommandError, kindOf, notADirectory } from './paths.ts';
import { writtenText } from './written.ts';

/**
 * Writes the logs of a directory as one HTML file.
 * @throws CommandError if there is nothing to show or the file cannot be written; an existing file is then kept
 */
export async function report({ directory, output, followLinks, json }: CommandOf<'report'>): Promise<void> {
  const found = await kindOf(directory);
  if (found !== 'directory') throw notADirectory(directory, found);
  await checkOutput(output);
  // Loaded on demand, so that `layertap view` starts fast.
  const { packLogs } = await import('../viewer/logs.ts');
  const packed = await packLogs(directoryLogs(directory, { outside: followLinks, everyLink: followLinks }), {
    onWarning: (message) => console.error(`layertap: ${message}`),
  });
  if (packed === undefined) throw new CommandError(`${directory} has nothing to show: no event file contains data`);
  const data = deflateRawSync(packed, { level: 9 }).toString('base64');
  const html = reportHtml(basename(resolve(directory)), await reportScript(), data);
  await replace(output, html);
  console.log(writtenText(output, Buffer.byteLength(html), json));
}

/** Before the logs are read, which may take long. */
async function checkOutput(output: string): Promise<void> {
  if ((await kindOf(output)) === 'directory')
    throw new CommandError(`the output must be a file, got the directory ${output}`);
  const parent = dirname(resolve(output));
  const found = await kindOf(parent);
  if (found !== 'directory')
    throw new CommandError(`${output} cannot be written: ${parent} is not a directory (${found})`);
}

/**
 * Replaces a file atomically. The temporary file has an unpredictable name and must not exist before, so that no planted
 * link is followed.
 */
async function replace(path: string, text: string): Promise<void> {
  const temporary = join(dirname(resolve(path)), `.layertap-${randomUUID()}`);
  try {
    const file = await open(temporary, 'wx');
    await file.writeFile(text).finally(() => file.close());
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new CommandError(`${path} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}
