import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { localPath } from '../src/check/index.ts';
import { DEFAULT_PORT } from './server/listen.ts';

export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'version' }
  | {
      readonly name: 'view';
      readonly directory: string;
      /** undefined: {@link DEFAULT_PORT}, or the next free one; 0: any free port. */
      readonly port: number | undefined;
      /** undefined: this machine only. */
      readonly host: string | undefined;
      readonly open: boolean;
      readonly followLinks: boolean;
    }
  | { readonly name: 'report'; readonly directory: string; readonly output: string; readonly followLinks: boolean }
  | {
      readonly name: 'diff';
      /** The recording of the model that is right. */
      readonly right: string;
      /** Another recording, or an .onnx file. */
      readonly other: string;
      /** Paths of the other model by those of the right one. */
      readonly map: Readonly<Record<string, string>>;
      readonly json: boolean;
    }
  | {
      readonly name: 'record';
      /** An .onnx file. */
      readonly model: string;
      /** A .safetensors file with a tensor for each input. */
      readonly inputs: string;
      readonly output: string;
    }
  | {
      readonly name: 'summary';
      /** An .onnx file. */
      readonly model: string;
      /** A .safetensors file with a tensor for each input; undefined: zeros. */
      readonly inputs: string | undefined;
      readonly json: boolean;
    };

export type CommandOf<Name> = Extract<Command, { readonly name: Name }>;

/** The arguments cannot be understood. The message is for the user. */
export class UsageError extends Error {}

const DEFAULT_REPORT = 'report.html';
const DEFAULT_RECORDING = 'recording.safetensors';

export const HELP: string = `Shows activations in TensorBoard's event files, and finds the first layer that differs.

  layertap view <logdir> [--port <number>] [--host <name>] [--open] [--follow-links]
  layertap report <logdir> [-o <file>] [--follow-links]
  layertap diff <recording> <recording or model.onnx> [--map <path>=<path>] [--json]
  layertap record <model.onnx> --inputs <file> [-o <file>]
  layertap summary <model.onnx> [--inputs <file>] [--json]

view      Serves a page with all runs below <logdir>, and follows them as they grow. Ctrl-C ends it.
  --port  The port to listen on; default ${DEFAULT_PORT} or the next free one. 0 takes any.
  --host  A name or address to listen on. By default only this machine can open the page.
  --open  Opens the page in the browser.
  --follow-links  Reads every link to a directory as a run of its own, also those that lead out of <logdir>. By default each
          run is shown once, and links that lead out are not followed.

report    Writes one HTML file that needs no server and can be mailed.
  -o, --output  The file; default ${DEFAULT_REPORT}. An existing one is replaced.
  --follow-links  As for view.

diff      Finds the first layer of the second that differs from the first, which is right. An .onnx file runs with the recorded
          inputs, in the onnxruntime-node of your project. Ends with 0 for PASS, 1 for FAIL, 2 for INCONCLUSIVE.
  --map   A layer's path in the first and in the second, for those with other names. May be given again.
  --json  Prints verdict, first.path, coverage and all modules as JSON.
          Example: layertap diff python.safetensors model.onnx --json

record    Runs a model in the onnxruntime-node of your project, and records each layer's inputs and output.
  --inputs  A .safetensors file with one tensor for each input of the model, under its name.
  -o, --output  The file; default ${DEFAULT_RECORDING}. An existing one is replaced.
          Example: layertap record model.onnx --inputs x.safetensors -o browser.safetensors

summary   Lists the layers of a model with shapes, parameters and multiply-adds, after a run in the onnxruntime-node of your project.
  --inputs  As for record. Without it the inputs are zeros, and sizes that the file leaves open are 1.
  --json  Prints the same as JSON.
          Example: layertap summary model.onnx --inputs x.safetensors

  -h, --help     Shows this.
  -v, --version  Shows the version.
`;

const HELP_OPTION = { help: { type: 'boolean', short: 'h' } } as const;
const LINKS_OPTION = { 'follow-links': { type: 'boolean' } } as const;

/** @param inputs the arguments after `layertap` @throws UsageError */
export function parseCommand(inputs: readonly string[]): Command {
  const [name, ...rest] = inputs;
  switch (name) {
    case 'view':
      return parseView(rest);
    case 'report':
      return parseReport(rest);
    case 'diff':
      return parseDiff(rest);
    case 'record':
      return parseRecord(rest);
    case 'summary':
      return parseSummary(rest);
    case 'help':
    case '--help':
    case '-h':
      return { name: 'help' };
    case '--version':
    case '-v':
      return { name: 'version' };
    case undefined:
      throw new UsageError('the command must be view, report, diff, record or summary, got nothing');
    default:
      throw new UsageError(
        name.startsWith('-')
          ? `unknown option ${name}`
          : `the command must be view, report, diff, record or summary, got ${name}`,
      );
  }
}

function parseView(inputs: readonly string[]): Command {
  const { values, positionals } = parse(inputs, {
    ...HELP_OPTION,
    port: { type: 'string' },
    host: { type: 'string' },
    open: { type: 'boolean' },
    ...LINKS_OPTION,
  });
  if (values.help) return { name: 'help' };
  if (values.host === '') throw new UsageError('--host must be a name or an address, got nothing');
  const port = values.port === undefined ? undefined : parsePort(values.port);
  return {
    name: 'view',
    directory: oneDirectory('view', positionals),
    port,
    host: values.host,
    open: values.open ?? false,
    followLinks: values['follow-links'] ?? false,
  };
}

function parseReport(inputs: readonly string[]): Command {
  const { values, positionals } = parse(inputs, {
    ...HELP_OPTION,
    output: { type: 'string', short: 'o', default: DEFAULT_REPORT },
    ...LINKS_OPTION,
  });
  if (values.help) return { name: 'help' };
  if (values.output === '') throw new UsageError('--output must be the name of a file, got nothing');
  const followLinks = values['follow-links'] ?? false;
  return { name: 'report', directory: oneDirectory('report', positionals), output: values.output, followLinks };
}

function parseDiff(inputs: readonly string[]): Command {
  const { values, positionals } = parse(inputs, {
    ...HELP_OPTION,
    map: { type: 'string', multiple: true },
    json: { type: 'boolean' },
  });
  if (values.help) return { name: 'help' };
  const [right, other, ...more] = positionals;
  if (right === undefined || other === undefined || more.length > 0) {
    throw new UsageError(`diff: there must be two files, got ${positionals.length}`);
  }
  const map = (values.map ?? []).map((text): [string, string] => {
    const equals = text.indexOf('=');
    if (equals < 0) throw new UsageError(`--map must be <path>=<path>, got ${JSON.stringify(text)}`);
    return [text.slice(0, equals), text.slice(equals + 1)];
  });
  return { name: 'diff', right, other, map: Object.fromEntries(map), json: values.json ?? false };
}

function parseRecord(inputs: readonly string[]): Command {
  const { values, positionals } = parse(inputs, {
    ...HELP_OPTION,
    inputs: { type: 'string' },
    output: { type: 'string', short: 'o', default: DEFAULT_RECORDING },
  });
  if (values.help) return { name: 'help' };
  const [model, ...more] = positionals;
  if (model === undefined || more.length > 0) {
    throw new UsageError(`record: there must be one .onnx file, got ${positionals.length}`);
  }
  if (values.inputs === undefined)
    throw new UsageError('record: --inputs is missing, a .safetensors file with the inputs');
  if (values.output === '') throw new UsageError('--output must be the name of a file, got nothing');
  return { name: 'record', model, inputs: values.inputs, output: values.output };
}

function parseSummary(inputs: readonly string[]): Command {
  const { values, positionals } = parse(inputs, {
    ...HELP_OPTION,
    inputs: { type: 'string' },
    json: { type: 'boolean' },
  });
  if (values.help) return { name: 'help' };
  const [model, ...more] = positionals;
  if (model === undefined || more.length > 0) {
    throw new UsageError(`summary: there must be one .onnx file, got ${positionals.length}`);
  }
  return { name: 'summary', model, inputs: values.inputs, json: values.json ?? false };
}

function parse<const T extends NonNullable<ParseArgsConfig['options']>>(inputs: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...inputs], options, allowPositionals: true, strict: true });
  } catch (error) {
    if (!String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS_')) throw error;
    // The first sentence only: the others are about file names that begin with a dash.
    throw new UsageError((error as Error).message.split(/\. |\n/)[0]!);
  }
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`--port must be a number from 0 to 65535, got ${JSON.stringify(text)}`);
}

function oneDirectory(command: string, positionals: readonly string[]): string {
  const [directory, ...others] = positionals;
  if (directory === undefined || directory === '') throw new UsageError(`${command}: the log directory is missing`);
  if (others.length > 0)
    throw new UsageError(`${command}: there must be one log directory, got ${positionals.join(' ')}`);
  try {
    const elsewhere = 'copy the logs here first';
    return localPath({ where: command, what: 'the log directory', elsewhere }, directory, { fileURLToPath, homedir });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
