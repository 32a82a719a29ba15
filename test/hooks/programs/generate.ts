/** @file Random programs, by fast-check. Combinations that are rare in real use are frequent here. */
import fc from 'fast-check';
import type {
  Act,
  Call,
  Give,
  HookData,
  Kind,
  ModuleData,
  On,
  Operator,
  Program,
  Registration,
  Scope,
  SelectorData,
  SmallStep,
  Step,
} from './program.ts';

const small = fc.nat(8);
const moduleOrOwn = fc.oneof(small, fc.constant('own' as const));
const handle = fc.nat(12);
const sometimes = (weight: number) =>
  fc.oneof({ weight: 10 - weight, arbitrary: fc.constant(false) }, { weight, arbitrary: fc.constant(true) });
/** The tag of a union: a record with one field. */
const one = <K extends string, V extends string>(key: K, ...values: V[]) =>
  ({ [key]: fc.constantFrom(...values) }) as { [key in K]: fc.Arbitrary<V> };

const throwIf: fc.Arbitrary<Give> = fc.record({
  ...one('give', 'throw if divisible'),
  number: fc.integer({ min: 2, max: 4 }),
});

const give: fc.Arbitrary<Give> = fc.oneof(
  { weight: 3, arbitrary: fc.record(one('give', 'nothing', 'null')) },
  { weight: 1, arbitrary: fc.record(one('give', 'throw')) },
  { weight: 3, arbitrary: fc.record({ ...one('give', 'constant', 'add'), number: small }) },
  { weight: 2, arbitrary: throwIf },
  { weight: 1, arbitrary: fc.record({ ...one('give', 'array'), numbers: fc.array(small, { maxLength: 2 }) }) },
);

/** Operators that emit only numbers and call nothing. */
const pure: fc.Arbitrary<Operator> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      ...one('operator', 'map', 'filter', 'take', 'throw at'),
      number: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 4, arbitrary: fc.record(one('operator', 'scan', 'scan', 'two', 'retry', 'catchError')) },
);

const throwAt: fc.Arbitrary<Operator> = fc.record({
  ...one('operator', 'throw at'),
  number: fc.integer({ min: 1, max: 2 }),
});

const operator: fc.Arbitrary<Operator> = fc.oneof(
  { weight: 4, arbitrary: pure },
  { weight: 1, arbitrary: fc.record({ ...one('operator', 'call'), module: moduleOrOwn, value: small }) },
);

/**
 * Operators that emit other values, or emit on subscription, come last. After `later` no operator calls a module: the effect
 * of such a call would depend on when a removed chain is unsubscribed, which is unspecified.
 */
const operators: fc.Arbitrary<Operator[]> = fc
  .tuple(
    fc.oneof(
      { weight: 2, arbitrary: fc.array(operator, { minLength: 1, maxLength: 3 }) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.array(operator, { maxLength: 2 }), fc.array(fc.oneof(pure, throwAt), { maxLength: 2 }))
          .map(([before, after]) => [...before, { operator: 'later' } as const, ...after]),
      },
    ),
    fc.oneof(
      { weight: 9, arbitrary: fc.constant([]) },
      { weight: 2, arbitrary: fc.record(one('operator', 'null', 'promise')).map((last) => [last]) },
      {
        weight: 2,
        arbitrary: fc
          .record({ ...one('operator', 'emits on subscription'), number: fc.constantFrom(1, 2, 2, 3) })
          .map((last) => [last]),
      },
    ),
  )
  .map(([before, last]) => [...before, ...last]);

const selector: fc.Arbitrary<SelectorData> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      ...one('select', 'glob'),
      glob: fc.constantFrom(
        '**',
        '**',
        'layers.*',
        'layers.*',
        'layers.?',
        '**.0',
        '**.1',
        'layers.0.**',
        'l*s.0',
        '*.*.*.?',
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...one('select', 'RegExp'),
      source: fc.constantFrom('1$', '^$', 'layers', '0.*0'),
      flags: fc.constantFrom('', 'g', 'y'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ ...one('select', 'class'), name: fc.constantFrom('Hookable', 'Module', 'AsyncNumeric') }),
  },
  { weight: 1, arbitrary: fc.record({ ...one('select', 'predicate'), odd: fc.boolean() }) },
);

const on: fc.Arbitrary<On> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ module: small, selector: fc.constant(undefined) }) },
  // The first modules, because they have children.
  { weight: 1, arbitrary: fc.record({ module: fc.constantFrom(0, 0, 1), selector }) },
);
/** A registration on a module, or on a selection below it. */
const placed = <R extends object>(fields: { [key in keyof R]: fc.Arbitrary<R[key]> }) =>
  fc.tuple(on, fc.record(fields)).map(([where, rest]) => ({ ...where, ...rest }) as On & R);

const removeAct: fc.Arbitrary<Act> = fc.record({
  ...one('act', 'remove'),
  handle: fc.oneof(handle, fc.constant('own' as const)),
});

function scope(laterWeight: number, depth: number): fc.Arbitrary<Scope | undefined> {
  if (depth === 0) return fc.constant(undefined);
  const some = fc.record({
    how: fc.constantFrom('using' as const, 'withHooks' as const),
    registrations: fc.array(registration(laterWeight, depth - 1), { minLength: 1, maxLength: 2 }),
  });
  return fc.option(some, { freq: 3, nil: undefined });
}

/** A registration. `depth` bounds the registrations that its hooks make when they fire. */
function registration(laterWeight: number, depth: number): fc.Arbitrary<Registration> {
  const act = fc.oneof(
    { weight: 8, arbitrary: fc.record(one('act', 'nothing')) },
    { weight: 2, arbitrary: fc.record(one('act', 'time')) },
    { weight: 2, arbitrary: removeAct },
    {
      weight: 2,
      arbitrary: fc.record({
        ...one('act', 'call'),
        module: moduleOrOwn,
        value: small,
        catches: fc.boolean(),
        scope: scope(laterWeight, depth - 1 < 0 ? 0 : depth - 1),
      }),
    },
    { weight: 1, arbitrary: fc.record({ ...one('act', 'removeAll'), module: moduleOrOwn }) },
    ...(depth === 0
      ? []
      : [
          {
            weight: 2,
            arbitrary: fc.record({ ...one('act', 'register'), registration: registration(laterWeight, depth - 1) }),
          },
        ]),
  ) as fc.Arbitrary<Act>;
  const hook: fc.Arbitrary<HookData> = fc.record({ act, give, later: sometimes(laterWeight) });
  // Fails often but not always, for three errors in a row and for fewer.
  const observer: fc.Arbitrary<HookData> = fc.record({
    act: fc.oneof({ weight: 2, arbitrary: act }, { weight: 1, arbitrary: removeAct }),
    give: fc.oneof({ weight: 1, arbitrary: give }, { weight: 1, arbitrary: throwIf }),
    later: sometimes(laterWeight),
  });
  const flag = sometimes(3);
  return fc.oneof(
    {
      weight: 4,
      arbitrary: placed({ ...one('kind', 'forward'), hook, prepend: flag, alwaysCall: flag }),
    },
    { weight: 3, arbitrary: placed({ ...one('kind', 'forward-pre'), hook, prepend: flag }) },
    { weight: 2, arbitrary: fc.record({ ...one('kind', 'global forward'), hook, alwaysCall: flag }) },
    { weight: 1, arbitrary: fc.record({ ...one('kind', 'global forward-pre'), hook }) },
    { weight: 3, arbitrary: placed({ ...one('kind', 'observer'), hook: observer }) },
    { weight: 2, arbitrary: placed({ ...one('kind', 'subscriber'), hook: observer, takes: fc.nat(3) }) },
    { weight: 5, arbitrary: placed({ ...one('kind', 'transform'), operators }) },
  );
}

/** Programs on trees with modules of these kinds. Of ten hooks, `laterWeight` are async functions. */
export function programs(kinds: readonly Kind[], laterWeight: number): fc.Arbitrary<Program> {
  const module: fc.Arbitrary<ModuleData> = fc.record({
    kind: fc.constantFrom(...kinds),
    made: fc.constantFrom('class', 'class', 'class', 'attached', 'property'),
    calls: fc.array(small, { maxLength: 3 }),
    adds: small,
    throwsAt: fc.oneof({ weight: 2, arbitrary: fc.constant(7) }, { weight: 1, arbitrary: fc.nat(6) }),
    early: fc.boolean(),
  });
  const call: fc.Arbitrary<Call> = fc.record({ module: small, value: small, scope: scope(laterWeight, 2) });
  const smallStep: fc.Arbitrary<SmallStep> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ ...one('step', 'register'), registration: registration(laterWeight, 2) }),
    },
    { weight: 1, arbitrary: fc.record({ ...one('step', 'remove'), handle }) },
    { weight: 1, arbitrary: fc.record({ ...one('step', 'removeAll'), module: small }) },
    { weight: 2, arbitrary: fc.record(one('step', 'time')) },
  );
  const turn = fc.oneof(
    { weight: 3, arbitrary: fc.record({ ...one('step', 'open'), gate: small }) },
    { weight: 1, arbitrary: smallStep },
  );
  const calls: fc.Arbitrary<Step> = fc.record({
    ...one('step', 'calls'),
    calls: fc.array(call, { minLength: 1, maxLength: 4 }),
  });
  const together: fc.Arbitrary<Step> = fc.record({
    ...one('step', 'together'),
    calls: fc.array(call, { minLength: 2, maxLength: 3 }),
    turns: fc.array(turn, { maxLength: 10 }),
  });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 8, arbitrary: smallStep },
    { weight: 6, arbitrary: calls },
    ...(kinds.includes('async') ? [{ weight: 3, arbitrary: together }] : []),
  );
  return fc.record({
    modules: fc.array(module, { minLength: 1, maxLength: 5 }),
    steps: fc.array(step, { minLength: 1, maxLength: 16 }),
  });
}
