#!/usr/bin/env node
/** @file The command `layertap`. Exit codes: 0 done, 1 failed, 2 wrong arguments; those of diff are the verdict's. */
import { readFileSync } from 'node:fs';
import { HELP, parseCommand, UsageError } from './arguments.ts';
import { CommandError } from './paths.ts';
import { report } from './report.ts';
import { view } from './view.ts';

try {
  const command = parseCommand(process.argv.slice(2));
  if (command.name === 'help') process.stdout.write(HELP);
  else if (command.name === 'version') console.log(version());
  else if (command.name === 'view') await view(command);
  else if (command.name === 'report') await report(command);
  // Loaded on demand, so that `layertap view` starts fast.
  else if (command.name === 'record') await (await import('./record.ts')).recordModel(command);
  else if (command.name === 'summary') await (await import('./summary.ts')).summarizeModel(command);
  else process.exitCode = await (await import('./diff.ts')).diff(command);
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`layertap: ${error.message}\n\nlayertap --help explains the arguments.`);
    process.exitCode = 2;
  } else if (error instanceof CommandError) {
    console.error(`layertap: ${error.message}`);
    process.exitCode = 1;
  } else throw error;
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}
