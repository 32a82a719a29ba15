/** @file The table of errors in docs/agents.md: each wrong line gives the message beside it. */
import { readFileSync } from 'node:fs';
import { map, mergeMap } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { registerEdit } from '../src/adapter.ts';
import { attach, Linear, Module, relu, select, type Tensor, tensor } from '../src/index.ts';

class Network extends Module {
  fc1 = new Linear(4, 3);
  fc2 = new Linear(3, 2);
  override forward(x: Tensor): Tensor {
    return this.fc2(relu(this.fc1(x)));
  }
}

const page = readFileSync(new URL('../docs/agents.md', import.meta.url), 'utf8');
const [, table] = /\| wrong \|.*\n\| --- .*\n((?:\|.*\n)+)/.exec(page)!;
const rows = table!.trim().split('\n');

test('the table of errors has rows', () => {
  assert.ok(rows.length >= 12, `${rows.length} rows`);
});

for (const row of rows) {
  const [wrong, begins] = row.split(' | ').map(codeOf);
  test(`${wrong} gives the error of the table`, () => {
    const names = {
      attach,
      map,
      mergeMap,
      registerEdit,
      select,
      tensor,
      net: new Network(),
      x: tensor([[1, 2, 3, 4]]),
      seen: [],
      hook() {},
    };
    const run = new Function(...Object.keys(names), wrong!);
    assert.throws(
      () => run(...Object.values(names)),
      (error: Error) =>
        error.message.startsWith(begins!) || assert.unreachable(`${error.message}\ndoes not begin with\n${begins}`),
    );
  });
}

/** The code in a cell. */
function codeOf(cell: string): string {
  return cell
    .replace(/^\|/, '')
    .trim()
    .replace(/^(`+) ?(.*?) ?\1$/, '$2');
}

test.run();
