// The cost of RxJS inside a call: `transform` with three operators beside a bare, persistent Subject with the same three;
// `observe` with and without a subscriber.
//
//   npm run build && node bench/pipeline.mjs
import { medians } from './harness.mjs';
import { isMain, printConditions, printRow } from './print.mjs';

/** @param layertap any built copy of the library, and the RxJS that it uses. @returns loops to time, by name */
export function pipelineLoops({ Linear, Module, select }, { map, Subject }) {
  class Same extends Module {
    forward(x) {
      return x;
    }
  }
  /** A module beside one that is selected. */
  class Pair extends Module {
    first = new Same();
    second = new Linear(1, 1);
  }

  let sink;
  const look = (value) => {
    sink = value;
  };
  const operators = () => [map((x) => x + 1), map((x) => x * 2), map((x) => x - 1)];
  const callOf = (module) => (count) => {
    for (let i = 0; i < count; i++) sink = module(i);
  };
  const withModule = (prepare) => {
    const module = new Same();
    prepare(module);
    return callOf(module);
  };

  const subject = new Subject();
  subject.pipe(...operators()).subscribe(look);
  const pair = new Pair();
  select(pair, Linear).observe(look);
  return {
    plain: callOf(new Same()),
    subject: (count) => {
      for (let i = 0; i < count; i++) subject.next(i);
    },
    transformed: withModule((module) => module.transform(...operators())),
    idle: withModule((module) => module.observe()),
    unmatched: callOf(pair.first),
    watched: withModule((module) => module.observe(look)),
    subscribed: withModule((module) => module.observe().subscribe(look)),
    sink: () => sink,
  };
}

if (isMain(import.meta)) {
  const { sink: _, ...loops } = pipelineLoops(await import('../dist/index.js'), await import('rxjs'));
  printConditions('RxJS 7.8.2');
  const ns = await medians(loops);
  const over = (name) => `+${(ns[name] - ns.plain).toFixed(1)} ns`;
  const nothing = '(target: nothing measurable)';
  printRow('module(x), no hooks', ns.plain);
  printRow('a bare Subject through three maps, one subscriber', ns.subject);
  printRow(
    'module(x), transform of three maps',
    ns.transformed,
    `${(ns.transformed / ns.subject).toFixed(2)}x the bare Subject (target: at most 1.5x)`,
  );
  printRow('module(x), observe() without a subscriber', ns.idle, `${over('idle')} ${nothing}`);
  printRow('module(x), another one is selected', ns.unmatched, `${over('unmatched')} ${nothing}`);
  printRow('module(x), observe(fn)', ns.watched, over('watched'));
  printRow('module(x), observe().subscribe(fn)', ns.subscribed, over('subscribed'));
  console.log('\nMedians of 61 turns each, alternating in one process.');
}
