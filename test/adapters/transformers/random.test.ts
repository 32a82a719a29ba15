// Random edits and observers while tokens are generated: each value behind edits is what the edits give in JavaScript, and
// observing changes nothing.
import type ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { explain, OnnxModule } from '../../../adapters/onnx/index.ts';
import type { TransformersModel } from '../../../adapters/transformers/index.ts';
import { type Edit, registerEdit } from '../../../src/adapter.ts';
import { Module, select, type Tensor, tensor } from '../../../src/index.ts';
import { numbersOf } from '../onnx/load.ts';
import { generator } from '../onnx/random-graph.ts';
import { EXPORTERS, type Exporter, generate, gptFacts, loadGpt, loadT5, t5Facts, wrapped } from './load.ts';

const SIZE = 16;

class Same extends Module {
  override forward(x: Tensor): Tensor {
    return x;
  }
}

/** In JavaScript. */
function afterEdits(output: ort.Tensor, edits: readonly Edit[]): number[] {
  const module = new Same();
  for (const edit of edits) registerEdit(module, edit as Edit<Tensor>);
  const rows = Array.from({ length: output.data.length / SIZE }, (_, i) =>
    numbersOf(output).slice(i * SIZE, (i + 1) * SIZE),
  );
  return [...module(tensor(rows)).data];
}

function randomEdit(random: (below: number) => number): Edit {
  const number = () => random(401) / 100 - 2;
  const value = () => (random(2) === 0 ? number() : Array.from({ length: SIZE }, number));
  const indices = Array.from({ length: 1 + random(SIZE) }, () => random(2 * SIZE) - SIZE);
  const low = number();
  return [
    { add: value() },
    { scale: value() },
    { clamp: [low, low + random(200) / 100] as const },
    { zero: true as const },
    { replace: value() },
    { keep: indices, axis: -1 },
    { ablate: indices, axis: -1 },
    { blend: random(100) / 100, with: value() },
  ][random(8)]!;
}

function assertNear(came: readonly number[], expected: readonly number[], what: string): void {
  const scale = Math.max(...expected.map(Math.abs), 1);
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs(came[i]! - value) <= 1e-5 * scale, `${what}: ${came[i]} for ${value}`);
  }
}

/** A step of a generation: the token that it chose, and how far that was ahead of the next. */
interface Step {
  readonly token: number;
  readonly margin: number;
}

/** Watches the steps of the decoder, beside whatever else is registered. */
function watchSteps(net: TransformersModel<ort.Tensor>, session: string): Step[] {
  const steps: Step[] = [];
  net.session(session).observe(({ output }) => {
    const last = numbersOf(output.logits!).slice(-output.logits!.dims.at(-1)!);
    const [first, second] = [...last].sort((a, b) => b - a) as [number, number];
    steps.push({ token: last.indexOf(first), margin: first - second });
  });
  return steps;
}

/** Rounding may decide between two tokens that are equally likely, and changes all that follow. */
function assertSameTokens(one: readonly Step[], other: readonly Step[], what: string): void {
  for (const [i, { token, margin }] of one.entries()) {
    if (margin < 1e-4) return;
    assert.is(other[i]?.token, token, `${what}, step ${i}`);
  }
}

const gpts = (Object.keys(EXPORTERS) as Exporter[]).map((exporter) => ({
  name: 'gpt' as const,
  what: `${exporter} exporter`,
  load: () => loadGpt(exporter),
  facts: gptFacts,
  session: 'model',
}));
const t5 = {
  name: 't5' as const,
  what: 'merged decoder',
  load: loadT5,
  facts: t5Facts,
  session: 'decoder_model_merged',
};

for (const { name, what, load, facts, session } of [...gpts, t5]) {
  test(`${name}, ${what}: random edits and observers in generate()`, async () => {
    const { model, net } = await wrapped(load);
    const run = () => generate(model, name, facts, { max_new_tokens: 5 });
    const called = (_path: string, module: unknown): module is OnnxModule<ort.Tensor> => module instanceof OnnxModule;
    const places: [string, OnnxModule<ort.Tensor>][] = [];
    const widths = select(net, called).observe(({ path, module, output }) => {
      const isVector = output.type === 'float32' && output.dims.at(-1) === SIZE && output.dims.length === 3;
      if (isVector && !places.some(([other]) => other === path)) places.push([path, module as OnnxModule<ort.Tensor>]);
    });
    await run();
    widths.remove();
    assert.ok(places.length > 15, `${places.length} modules`);
    const steps = watchSteps(net, session);
    let [compiled, checked] = [0, 0];

    for (let seed = 1; seed <= 12; seed++) {
      const random = generator(seed * 7919);
      const handles: { remove(): void }[] = [];
      const edits = new Map<string, Edit[]>();
      for (let i = 0; i < 1 + random(3); i++) {
        const [path, module] = places[random(places.length)]!;
        const edit = randomEdit(random);
        handles.push(registerEdit(module, edit as Edit<ort.Tensor>));
        edits.set(path, [...(edits.get(path) ?? []), edit]);
      }
      steps.length = 0;
      await run();
      const alone = [...steps];
      compiled += explain(net).registrations.filter(({ way }) => way === 'compile').length;

      // Hooks before the edits of their module, and observers behind them.
      const before = new Map<string, ort.Tensor[]>();
      const after = new Map<string, ort.Tensor[]>();
      const push = (map: Map<string, ort.Tensor[]>, path: string, output: ort.Tensor) => {
        map.set(path, [...(map.get(path) ?? []), output]);
      };
      for (const path of edits.keys()) {
        // Functions do not run inside an If.
        if (path.startsWith('decoder_model_merged')) continue;
        const module = net.getSubmodule(path);
        const first = { prepend: true };
        handles.push(module.registerForwardHook((_module, _inputs, output) => push(before, path, output), first));
        handles.push(module.observe(({ output }) => push(after, path, output)));
      }
      for (let i = 0; i < 3; i++) handles.push(places[random(places.length)]![1].observe(() => {}));
      steps.length = 0;
      await run();
      assertSameTokens(alone, steps, `seed ${seed}`);
      for (const [path, given] of edits) {
        for (const [call, output] of before.get(path)?.entries() ?? []) {
          checked++;
          const came = numbersOf(after.get(path)![call]!);
          assertNear(came, afterEdits(output, given), `seed ${seed}, ${path}, call ${call}, ${JSON.stringify(given)}`);
        }
      }
      for (const handle of handles) handle.remove();
    }
    assert.ok(compiled > 12, `${compiled} edits were compiled`);
    assert.ok(checked > 5, `${checked} values were compared`);
    await model.dispose();
  });
}

test.run();
