import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tagGroups } from '../../../viewer/shell/tag-groups.ts';

test('tags are grouped by what stands before their first slash, in the order in which they came', () => {
  assert.equal(tagGroups(['b/1', 'a/x/1', 'b/2', 'a/x/2']), [
    { name: 'b', tags: ['b/1', 'b/2'] },
    { name: 'a', tags: ['a/x/1', 'a/x/2'] },
  ]);
});

test('what stands alone comes first, together', () => {
  assert.equal(tagGroups(['loss/train', 'a/1', 'lr', '/x', 'a/2']), [
    { name: '', tags: ['loss/train', 'lr', '/x'] },
    { name: 'a', tags: ['a/1', 'a/2'] },
  ]);
});

test('no tags, no groups', () => assert.equal(tagGroups([]), []));

test('a prefix may be called as a property of objects is', () => {
  assert.equal(tagGroups(['constructor/a', '__proto__/a', 'constructor/b', '__proto__/b']), [
    { name: 'constructor', tags: ['constructor/a', 'constructor/b'] },
    { name: '__proto__', tags: ['__proto__/a', '__proto__/b'] },
  ]);
});

test.run();
