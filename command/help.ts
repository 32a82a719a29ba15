/** @file What `layertap --help` prints. */
import { DEFAULT_PORT } from './server/listen.ts';

export const DEFAULT_REPORT: string = 'report.html';
export const DEFAULT_RECORDING: string = 'recording.safetensors';

export const DEFAULT_RUNS = 10;

export type CommandName = 'view' | 'report' | 'diff' | 'record' | 'summary' | 'profile';

/** Each begins with a line of usage, and ends with an example. */
const COMMANDS: Readonly<Record<CommandName, string>> = {
  view: `layertap view <logdir> [--port <number>] [--host <name>] [--open] [--follow-links] [--json]

Serves a page with all runs below <logdir>, and follows them as they grow. Ctrl-C ends it.
  --port  The port to listen on; default ${DEFAULT_PORT} or the next free one. 0 takes any.
  --host  A name or address to listen on. By default only this machine can open the page.
  --open  Opens the page in the browser.
  --follow-links  Reads every link to a directory as a run of its own, also those that lead out of <logdir>. By default each
          run is shown once, and links that lead out are not followed.
  --json  Prints { url, directory, port } on one line when the page is served.
  Example: layertap view runs --open`,
  report: `layertap report <logdir> [-o <file>] [--follow-links] [--json]

Writes one HTML file that needs no server and can be mailed.
  -o, --output  The file; default ${DEFAULT_REPORT}. An existing one is replaced.
  --follow-links  As for view.
  --json  Prints { file, bytes }.
  Example: layertap report runs -o friday.html`,
  diff: `layertap diff <recording> <recording or model.onnx> [--map <path>=<path>] [--json]

Finds the first layer of the second that differs from the first, which is right. An .onnx file runs with the recorded
inputs, in the onnxruntime-node of your project. Ends with 0 for PASS, 1 for FAIL, 2 for INCONCLUSIVE or if a file cannot be read.
  --map   A layer's path in the first and in the second, for those with other names. May be given again.
  --json  Prints verdict, first.path, coverage and all modules.
  Example: layertap diff python.safetensors model.onnx --json`,
  record: `layertap record <model.onnx> --inputs <file> [-o <file>] [--json]

Runs a model in the onnxruntime-node of your project, and records each layer's inputs and output.
  --inputs  A .safetensors file with one tensor for each input of the model, under its name.
  -o, --output  The file; default ${DEFAULT_RECORDING}. An existing one is replaced.
  --json  Prints { file, bytes }.
  Example: layertap record model.onnx --inputs x.safetensors -o browser.safetensors`,
  summary: `layertap summary <model.onnx> [--inputs <file>] [--json]

Lists the layers of a model with shapes, parameters and multiply-adds, after a run in the onnxruntime-node of your project.
  --inputs  As for record. Without it the inputs are zeros, and sizes that the file leaves open are 1.
  --json  Prints { modules, totals }.
  Example: layertap summary model.onnx --inputs x.safetensors`,
  profile: `layertap profile <model.onnx> [--inputs <file>] [--runs <number>] [--json]

Times the layers of a model by the profiler of the onnxruntime-node of your project, the slowest first.
  --inputs  As for summary.
  --runs  How often the model runs; default ${DEFAULT_RUNS}. Times are medians.
  --json  Prints { total, unhooked, modules }, in ms.
  Example: layertap profile model.onnx --inputs x.safetensors`,
};

export const COMMAND_NAMES: readonly CommandName[] = Object.keys(COMMANDS) as CommandName[];

/** @param name of a command; undefined for all */
export function helpText(name: CommandName | undefined): string {
  if (name !== undefined) return `${COMMANDS[name]}\n`;
  const usages = COMMAND_NAMES.map((one) => COMMANDS[one].split('\n', 1)[0]);
  const texts = COMMAND_NAMES.map((one) => `${one}\n${COMMANDS[one].split('\n').slice(2).join('\n')}`);
  return `Shows activations in TensorBoard's event files, finds the first layer that differs, and lists and times layers.

  ${usages.join('\n  ')}

${texts.join('\n\n')}

  -h, --help     Shows this; behind a command, only what it takes.
  -v, --version  Shows the version.

Commands end with 0 when they are done, 1 if they fail, 2 for wrong arguments; diff as above. Messages go to stderr.
`;
}
