import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { localPath } from '../src/check/index.ts';
import { COMMAND_NAMES, type CommandName, DEFAULT_RECORDING, DEFAULT_REPORT, DEFAULT_RUNS } from './help.ts';

export type Command =
  | {
      readonly name: 'help';
      /** undefined: all commands. */
      readonly of: CommandName | undefined;
    }
  | { readonly name: 'version' }
  | {
      readonly name: 'view';
      readonly directory: string;
      /** undefined: the default, or the next free one; 0: any free port. */
      readonly port: number | undefined;
      /** undefined: this machine only. */
      readonly host: string | undefined;
      readonly open: boolean;
      readonly followLinks: boolean;
      readonly json: boolean;
    }
  | {
      readonly name: 'report';
      readonly directory: string;
      readonly output: string;
      readonly followLinks: boolean;
      readonly json: boolean;
    }
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
      readonly json: boolean;
    }
  | {
      readonly name: 'summary';
      /** An .onnx file. */
      readonly model: string;
      /** A .safetensors file with a tensor for each input; undefined: zeros. */
      readonly inputs: string | undefined;
      readonly json: boolean;
    }
  | {
      readonly name: 'profile';
      /** An .onnx file. */
      readonly model: string;
      /** As for summary. */
      readonly inputs: string | undefined;
      readonly runs: number;
      readonly json: boolean;
    };

export type CommandOf<Name> = Extract<Command, { readonly name: Name }>;

/** The arguments cannot be understood. The message is for the user. */
export class UsageError extends Error {}

const COMMON = { help: { type: 'boolean', short: 'h' }, json: { type: 'boolean', default: false } } as const;

const LINKS_OPTION = { 'follow-links': { type: 'boolean', default: false } } as const;

const NAMES = `${COMMAND_NAMES.slice(0, -1).join(', ')} or ${COMMAND_NAMES.at(-1)}`;

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
    case 'profile':
      return parseProfile(rest);
    case 'help':
      return { name: 'help', of: COMMAND_NAMES.find((one) => one === rest[0]) };
    case '--help':
    case '-h':
      return { name: 'help', of: undefined };
    case '--version':
    case '-v':
      return { name: 'version' };
    case undefined:
      throw new UsageError(`the command must be ${NAMES}, got nothing`);
    default:
      throw new UsageError(
        name.startsWith('-') ? `unknown option ${name}` : `the command must be ${NAMES}, got ${name}`,
      );
  }
}

function parseView(inputs: readonly string[]): Command {
  const { values, positionals } = parse(inputs, {
    ...COMMON,
    port: { type: 'string' },
    host: { type: 'string' },
    open: { type: 'boolean' },
    ...LINKS_OPTION,
  });
  if (values.help) return { name: 'help', of: 'view' };
  if (values.host === '') throw new UsageError('--host must be a name or an address, got nothing');
  const port = values.port === undefined ? undefined : parsePort(values.port);
  return {
    name: 'view',
    directory: oneDirectory('view', positionals),
    port,
    host: values.host,
    open: values.open ?? false,
    followLinks: values['follow-links'],
    json: values.json,
  };
}

function parseReport(inputs: readonly string[]): Command {
  const { values, positionals } = parse(inputs, {
    ...COMMON,
    output: { type: 'string', short: 'o', default: DEFAULT_REPORT },
    ...LINKS_OPTION,
  });
  if (values.help) return { name: 'help', of: 'report' };
  if (values.output === '') throw new UsageError('--output must be the name of a file, got nothing');
  const { output, json, 'follow-links': followLinks } = values;
  return { name: 'report', directory: oneDirectory('report', positionals), output, followLinks, json };
}

function parseDiff(inputs: readonly string[]): Command {
  const { values, positionals } = parse(inputs, {
    ...COMMON,
    map: { type: 'string', multiple: true },
  });
  if (values.help) return { name: 'help', of: 'diff' };
  const [right, other, ...more] = positionals;
  if (right === undefined || other === undefined || more.length > 0) {
    throw new UsageError(`diff: there must be two files, got ${positionals.length}`);
  }
  if (/\.onnx$/i.test(right)) {
    throw new UsageError(`diff: the recording comes first: layertap diff <recording> ${right}, got the model first`);
  }
  const map = (values.map ?? []).map((text): [string, string] => {
    const equals = text.indexOf('=');
    if (equals < 0) throw new UsageError(`--map must be <path>=<path>, got ${JSON.stringify(text)}`);
    return [text.slice(0, equals), text.slice(equals + 1)];
  });
  return { name: 'diff', right, other, map: Object.fromEntries(map), json: values.json };
}

function parseRecord(inputs: readonly string[]): Command {
  const { values, positionals } = parse(inputs, {
    ...COMMON,
    inputs: { type: 'string' },
    output: { type: 'string', short: 'o', default: DEFAULT_RECORDING },
  });
  if (values.help) return { name: 'help', of: 'record' };
  const model = oneModel('record', positionals);
  if (values.inputs === undefined)
    throw new UsageError('record: --inputs is missing, a .safetensors file with the inputs');
  if (values.output === '') throw new UsageError('--output must be the name of a file, got nothing');
  return { name: 'record', model, inputs: values.inputs, output: values.output, json: values.json };
}

function parseSummary(inputs: readonly string[]): Command {
  const { values, positionals } = parse(inputs, {
    ...COMMON,
    inputs: { type: 'string' },
  });
  if (values.help) return { name: 'help', of: 'summary' };
  const model = oneModel('summary', positionals);
  return { name: 'summary', model, inputs: values.inputs, json: values.json };
}

function parseProfile(inputs: readonly string[]): Command {
  const { values, positionals } = parse(inputs, {
    ...COMMON,
    inputs: { type: 'string' },
    runs: { type: 'string', default: String(DEFAULT_RUNS) },
  });
  if (values.help) return { name: 'help', of: 'profile' };
  const model = oneModel('profile', positionals);
  if (!/^[1-9]\d{0,5}$/.test(values.runs)) {
    throw new UsageError(`--runs must be a number from 1 to 999999, got ${JSON.stringify(values.runs)}`);
  }
  return { name: 'profile', model, inputs: values.inputs, runs: Number(values.runs), json: values.json };
}

function oneModel(command: string, positionals: readonly string[]): string {
  const [model, ...more] = positionals;
  if (model !== undefined && more.length === 0) return model;
  throw new UsageError(`${command}: there must be one .onnx file, got ${positionals.length}`);
}

function parse<const T extends NonNullable<ParseArgsConfig['options']>>(inputs: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...inputs], options, allowPositionals: true, strict: true });
  } catch (error) {
    const code = String((error as { code?: unknown }).code);
    if (!code.startsWith('ERR_PARSE_ARGS_')) throw error;
    // The first sentence only: the others are about file names that begin with a dash.
    const [sentence] = (error as Error).message.split(/\. |\n/) as [string];
    const names = Object.keys(options).map((name) => `--${name}`);
    throw new UsageError(
      code.includes('UNKNOWN_OPTION') ? `${sentence}; the options are ${names.join(', ')}` : sentence,
    );
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
