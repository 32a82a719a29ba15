#!/usr/bin/env node
/** @file The command `layertap`. Exit codes: 0 done, 1 failed, 2 wrong arguments; those of diff are the verdict's. */
import { readFileSync } from 'node:fs';
import { type Command, parseCommand, UsageError } from './arguments.ts';
import { helpText } from './help.ts';
import { CommandError } from './paths.ts';
import { report } from './report.ts';
import { view } from './view.ts';

/** @returns the exit code */
async function run(command: Command): Promise<number> {
  if (command.name === 'help') process.stdout.write(helpText(command.of));
  else if (command.name === 'version') console.log(version());
  else if (command.name === 'view') await view(command);
  else if (command.name === 'report') await report(command);
  // Loaded on demand, so that `layertap view` starts fast.
  else if (command.name === 'record') await (await import('./record.ts')).recordModel(command);
  else if (command.name === 'summary') await (await import('./summary.ts')).summarizeModel(command);
  else if (command.name === 'profile') await (await import('./profile.ts')).profileModel(command);
  else return (await import('./diff.ts')).diff(command);
  return 0;
}

let name: Command['name'] | undefined;
try {
  const command = parseCommand(process.argv.slice(2));
  name = command.name;
  process.exitCode = await run(command);
} catch (error) {
  const isKnown = error instanceof UsageError || error instanceof CommandError;
  const more = error instanceof UsageError ? '\n\nlayertap --help explains the arguments.' : '';
  console.error(isKnown ? `layertap: ${error.message}${more}` : error);
  // 1 would say that the models differ.
  process.exitCode = error instanceof UsageError || name === 'diff' ? 2 : 1;
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}
