/** @file Outputs that are streams. */
import { check, same, throwsTypeError } from './checks.ts';
import type { Suite } from './suite.ts';

/** Rule 12. */
export function addStreamCases<T>(suite: Suite<T>): void {
  suite.add('12. an observer gets a tensor output as it is, with and without the option chunks', async (b) => {
    const seen: unknown[] = [];
    for (const options of [{}, { chunks: true }, { chunks: false }]) {
      b.observe(({ output }) => void seen.push(suite.valuesOf(output)), options);
    }
    same(await b.run(), [2, 4]);
    same(await Promise.all(seen), [
      [2, 4],
      [2, 4],
      [2, 4],
    ]);
    throwsTypeError(() => b.observe(() => {}, { chunks: 1 as never }), '"chunks" must be true or false');
  });

  const { createStream } = suite.target;
  if (createStream !== undefined) {
    suite.add('12. an observer cannot consume a stream; with chunks it sees what the caller reads', async () => {
      const chunks = ['one', 'two'];
      const { hookable, call } = createStream(chunks);
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
        hookable.observe(({ stream, chunk, call }) => void events.push([stream, chunk, call]), { chunks: true }),
      ];
      for (const handle of handles) suite.keep(handle);
      const stream = (await call()) as AsyncIterable<unknown>;
      check(seen[0] === stream && seen[1] !== stream, 'hooks must get the stream itself, observers must not');
      const names = Reflect.ownKeys(stream).length;
      const got: unknown[] = [];
      for await (const chunk of stream) got.push(chunk);
      same(got, chunks);
      same(events, [
        ['chunk', 'one', 0],
        ['chunk', 'two', 0],
        ['end', null, 0],
      ]);
      same(refused.length, 1);
      check(String(refused[0]).includes('chunks: true'), `the error must name the option "chunks", got ${refused[0]}`);
      check(Reflect.ownKeys(stream).length < names, 'the interceptors are still on the stream');
    });
  }
}
