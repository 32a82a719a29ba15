// What RxJS costs inside a call: `transform` with three operators beside a bare, persistent Subject with the same three;
// `observe` with and without a subscriber.
//
//   npm run bench
import { cpus } from 'node:os';
import { map, Subject } from 'rxjs';
import { Linear, Module, select } from '../dist/index.js';
import { alternate, row } from './alternate.mjs';

console.log(`\nNode ${process.version}, V8 ${process.versions.v8}, ${cpus()[0].model}, RxJS 7.8.2\n`);

class Same extends Module {
  forward(x) {
    return x;
  }
}

let sink;
const look = (value) => {
  sink = value;
};
const operators = () => [map((x) => x + 1), map((x) => x * 2), map((x) => x - 1)];
const calls = (module) => (times) => {
  for (let i = 0; i < times; i++) sink = module(i);
};

const subject = new Subject();
subject.pipe(...operators()).subscribe(look);
const plain = new Same();
const transformed = new Same();
transformed.transform(...operators());
const idle = new Same();
idle.observe();
const watched = new Same();
watched.observe(look);
const subscribed = new Same();
subscribed.observe().subscribe(look);

/** A module beside one that was selected. */
class Pair extends Module {
  first = new Same();
  second = new Linear(1, 1);
}
const pair = new Pair();
select(pair, Linear).observe(look);

const ns = alternate({
  plain: calls(plain),
  subject: (times) => {
    for (let i = 0; i < times; i++) subject.next(i);
  },
  transformed: calls(transformed),
  idle: calls(idle),
  unmatched: calls(pair.first),
  watched: calls(watched),
  subscribed: calls(subscribed),
});
const less = (name) => `+${(ns[name] - ns.plain).toFixed(1)} ns`;
row('module(x), no hooks', ns.plain);
row('a bare Subject through three maps, one subscriber', ns.subject);
row(
  'module(x), transform of three maps',
  ns.transformed,
  `${(ns.transformed / ns.subject).toFixed(2)}x the bare Subject (target: at most 1.5x)`,
);
row('module(x), observe() without a subscriber', ns.idle, `${less('idle')} (target: nothing measurable)`);
row('module(x), another one is selected', ns.unmatched, `${less('unmatched')} (target: nothing measurable)`);
row('module(x), observe(fn)', ns.watched, less('watched'));
row('module(x), observe().subscribe(fn)', ns.subscribed, less('subscribed'));
console.log(sink === undefined ? '' : '\nMedians of 61 turns each, in turns in one process.');
