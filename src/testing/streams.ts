/** @file Outputs that are streams. */
import { chunks, type ForwardEvent } from '../hooks/index.ts';
import { check, same } from './checks.ts';
import type { Suite } from './suite.ts';

/** Rule 12. */
export function addStreamCases<T>(suite: Suite<T>): void {
  suite.add('12. an observer gets a tensor output as it is, also one of chunks', async (b) => {
    const seen: unknown[] = [];
    const look = ({ output }: ForwardEvent) => void seen.push(suite.valuesOf(output));
    b.observe(look);
    suite.keep(b.hookable.observe(chunks(look)));
    same(await b.run(), [2, 4]);
    same(await Promise.all(seen), Array(2).fill([2, 4]));
  });

  const { createStream } = suite.target;
  if (createStream !== undefined) {
    suite.add('12. an observer cannot consume a stream; an observer of chunks sees what the caller reads', async () => {
      const parts = ['one', 'two'];
      const { hookable, call } = createStream(parts);
      const seen: unknown[] = [];
      const refused: unknown[] = [];
      const events: unknown[] = [];
      const handles = [
        hookable.registerForwardHook((_module, _inputs, output) => void seen.push(output)),
        hookable.observe(
          async ({ output }) => {
            seen.push(output);
            for await (const chunk of output as AsyncIterable<unknown>) events.push(chunk);
          },
          { reporter: (error) => refused.push(error.message) },
        ),
        hookable.observe(chunks(({ stream, chunk, call }) => void events.push([stream, chunk, call]))),
      ];
      for (const handle of handles) suite.keep(handle);
      const stream = (await call()) as AsyncIterable<unknown>;
      check(seen[0] === stream && seen[1] !== stream, 'hooks must get the stream itself, observers must not');
      const names = Reflect.ownKeys(stream).length;
      const got: unknown[] = [];
      for await (const chunk of stream) got.push(chunk);
      same(got, parts);
      same(events, [
        ['chunk', 'one', 0],
        ['chunk', 'two', 0],
        ['end', null, 0],
      ]);
      same(refused.length, 1);
      check(String(refused[0]).includes('chunks(fn)'), `the error must name chunks(fn), got ${refused[0]}`);
      check(Reflect.ownKeys(stream).length < names, 'the interceptors are still on the stream');
    });
  }
}
