import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tagGroups } from '../../../viewer/ui/tag-groups.ts';

test('tags are grouped by the part before their first slash, in order', () => {
  assert.equal(tagGroups(['b/1', 'a/x/1', 'b/2', 'a/x/2']), [
    { name: 'b', tags: ['b/1', 'b/2'] },
    { name: 'a', tags: ['a/x/1', 'a/x/2'] },
  ]);
});

test('tags without a group come first, together', () => {
  assert.equal(tagGroups(['loss/train', 'a/1', 'lr', '/x', 'a/2']), [
    { name: '', tags: ['loss/train', 'lr', '/x'] },
    { name: 'a', tags: ['a/1', 'a/2'] },
  ]);
});

test('no tags, no groups', () => assert.equal(tagGroups([]), []));

test('a prefix may have the name of a property of objects', () => {
  assert.equal(tagGroups(['constructor/a', '__proto__/a', 'constructor/b', '__proto__/b']), [
    { name: 'constructor', tags: ['constructor/a', 'constructor/b'] },
    { name: '__proto__', tags: ['__proto__/a', '__proto__/b'] },
  ]);
});

test.run();
