// Every tool in every way: returned, threw or abandoned half-way, it leaves the hooks of others as they were.
import * as assert from 'uvu/assert';
import { type Hookable, listHooks, select, setReporter, withHooks } from '../../src/index.ts';
import {
  capture,
  compare,
  deadUnits,
  guard,
  patch,
  profile,
  record,
  saturation,
  skip,
  summary,
} from '../../src/inspect/index.ts';
import { decodeRecording } from '../../src/inspect/recording-file.ts';
import { hookNames } from './hook-names.ts';

type Run = () => unknown;

export interface Subject {
  readonly name: string;
  readonly model: Hookable;
  readonly run: Run;
  /** A module inside that gives a tensor, of the shape of its input unless skip() is refused. */
  readonly path: string;
  /** What others have hooks on. Default: the model. */
  readonly hooked?: Hookable;
  /** What the errors of tools say that cannot work here. */
  readonly refused?: Readonly<Record<string, RegExp>>;
}

/** A tool that runs the model. @param signal gives up waiting */
type Tool = (subject: Subject, run: Run, signal: AbortSignal) => unknown;

/** Those that change a run take no function: the scope is `withHooks`. */
const scoped =
  (register: (subject: Subject) => unknown): Tool =>
  (subject, run, signal) =>
    withHooks(
      () => register(subject),
      () => Promise.race([run(), aborted(signal)]),
    );

const aborted = (signal: AbortSignal) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

const TOOLS: Readonly<Record<string, Tool>> = {
  record: async ({ name, model }, run, signal) => {
    const { calls, complete } = decodeRecording(name, await record(model, run, { parameters: true, signal }));
    assert.ok(complete && calls.length > 0);
  },
  compare: async ({ model }, run, signal) => {
    const bytes = await record(model, run, { signal });
    const comparison = await compare(model, bytes, run, { signal });
    assert.is(comparison.verdict, 'PASS', String(comparison));
    assert.is(comparison.coverage, 1);
    assert.match((await compare(bytes, bytes)).verdict, /^PASS/);
  },
  capture: async ({ model, path }, run, signal) => {
    const captured = await capture(model, run, path, { signal });
    assert.ok(captured.calls(path).length > 0);
    captured.dispose();
  },
  statistics: async ({ model, path }, run, signal) => {
    const captured = await capture(model, run, path, { take: 'statistics', signal });
    assert.ok(captured.calls(path).every(({ value }) => value.count > 0));
  },
  stopAt: async ({ model, path }, run, signal) => {
    const captured = await capture(model, run, path, { stopAt: path, signal });
    assert.equal([captured.stopped, captured.calls(path).length], [true, 1]);
    captured.dispose();
  },
  patch: scoped(({ model, path }) => patch(select(model, path), { scale: 2 })),
  noise: scoped(({ model, path }) => patch(select(model, path), { noise: 0.1, seed: 1 })),
  skip: scoped(({ model, path }) => skip(select(model, path))),
  summary: async ({ model, path }, run, signal) => {
    const { modules } = await summary(model, run, { signal });
    assert.ok(modules.some((row) => row.path === path && row.calls > 0));
  },
  profile: async ({ model }, run, signal) => {
    const { modules, unhooked } = await profile(model, run, { runs: 1, signal });
    assert.ok(unhooked > 0 && modules.some(({ calls }) => calls > 0));
  },
  guard: async ({ model }, run, signal) => {
    const guarded = guard(model, { condition: ({ path }) => path !== '', onFound: () => {} });
    try {
      await Promise.race([run(), aborted(signal)]);
      assert.ok(guarded.finding !== undefined);
    } finally {
      guarded.remove();
    }
  },
  deadUnits: async ({ model, path }, run, signal) => {
    assert.ok((await deadUnits(model, run, path, { signal })).size > 0);
  },
  saturation: async ({ model, path }, run, signal) => {
    assert.ok((await saturation(model, run, path, { signal })).size > 0);
  },
};

/** Runs every tool in every way. */
export async function holds(subject: Subject): Promise<void> {
  const { name, model, run, hooked = model } = subject;
  // Not on nodes of a graph: profile() has those for itself.
  const others = [hooked.observe(() => {}), hooked.observe(() => {})];
  const before = hookNames(model);
  const thrown = new Error('planted');
  const left = async (way: string, done: Promise<unknown>) => {
    const error = await done.then(
      () => undefined,
      (reason) => reason,
    );
    assert.equal(hookNames(model), before, `${way} on ${name}`);
    return error;
  };
  setReporter(() => {});
  try {
    for (const [tool, use] of Object.entries(TOOLS)) {
      const { signal } = new AbortController();
      const returned = await left(tool, (async () => use(subject, run, signal))());
      const refusal = subject.refused?.[tool];
      if (refusal !== undefined) {
        assert.match((returned as Error).message, refusal);
        continue;
      }
      assert.is(returned, undefined, `${tool} on ${name}: ${returned?.stack}`);
      // stopAt would end the run first.
      const begin = tool === 'stopAt' ? () => {} : run;
      const throwing = async () => {
        await begin();
        throw thrown;
      };
      assert.is(await left(`${tool} that threw`, (async () => use(subject, throwing, signal))()), thrown, tool);
      const controller = new AbortController();
      const hanging = async () => {
        await begin();
        setImmediate(() => controller.abort(thrown));
        return new Promise(() => {});
      };
      const given = await left(`${tool}, abandoned`, (async () => use(subject, hanging, controller.signal))());
      assert.is(given, thrown, `${tool} on ${name}`);
    }
  } finally {
    setReporter(undefined);
  }
  for (const handle of others) handle.remove();
  assert.equal(listHooks(model), [], name);
}
