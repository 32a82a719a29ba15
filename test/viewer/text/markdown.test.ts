import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { markdown } from '../../../viewer/text/markdown.ts';
import { all, type Fake, markupOf, textOf, useFakeDocument } from './fake-document.ts';

useFakeDocument();
const shown = (text: string): Fake => markdown(text) as unknown as Fake;
const inner = (text: string): string => shown(text).children.map(markupOf).join('');

test('paragraphs, emphasis, code and line breaks', () => {
  assert.is(inner('a *b* **c** ~~d~~ `e`'), '<p>a <em>b</em> <strong>c</strong> <del>d</del> <code>e</code></p>');
  assert.is(inner('one\n\ntwo  \nthree'), '<p>one</p><p>two<br></br>three</p>');
  assert.is(inner('```py\nx = <b>\n```'), '<pre><code>x = <b></code></pre>');
  assert.is(inner('> quoted'), '<blockquote><p>quoted</p></blockquote>');
  assert.is(inner('\\*not\\*'), '<p>*not*</p>');
});

test('lists, numbered from their start, and tasks', () => {
  assert.is(inner('- a\n- b\n  - c'), '<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>');
  assert.is(all(shown('7. a\n8. b'), 'ol')[0]!.attributes.start, '7');
  assert.equal(all(shown('- [x] done\n- [ ] open'), 'li').map(textOf), ['☑ done', '☐ open']);
});

test('tables keep their alignment', () => {
  const table = shown('|lr|loss|\n|:-|-:|\n|0.1|**2**|\n|0.2|3|');
  assert.equal(all(table, 'th').map(textOf), ['lr', 'loss']);
  assert.equal(all(table, 'td').map(textOf), ['0.1', '2', '0.2', '3']);
  assert.equal(
    all(table, 'td').map(({ attributes }) => attributes.class),
    ['left', 'right', 'left', 'right'],
  );
  assert.is(all(table, 'strong').length, 1);
});

test("headings are no headings of the page's outline", () => {
  const text = shown('# a\n\n## b\n\nc\n===');
  for (const name of ['h1', 'h2', 'h3']) assert.equal(all(text, name), []);
  assert.equal(
    all(text, 'p').map(({ attributes }) => attributes.class),
    ['heading level-1', 'heading level-2', 'heading level-1'],
  );
});

test('links lead to http and https only', () => {
  const [link] = all(shown('[a](https://example.org/x?y=1 "t")'), 'a');
  assert.equal(link!.attributes, {
    href: 'https://example.org/x?y=1',
    title: 'https://example.org/x?y=1',
    target: '_blank',
    rel: 'noopener noreferrer',
  });
  assert.is(all(shown('http://example.org/ and <https://example.org>'), 'a').length, 2);
  for (const href of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    '&#106;avascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://example.org/1',
    '//example.org/x',
    '/x',
    'x.html',
    '#x',
    'mailto:a@example.org',
  ]) {
    const text = shown(`[words](<${href}>)`);
    assert.equal(all(text, 'a'), [], href);
    assert.match(textOf(text), /^words \(/);
  }
  // The address that a link leads to is shown.
  assert.is(textOf(shown('[a](javascript:alert(1))')), 'a (javascript:alert(1))');
});

test('pictures are not loaded: their text and address are shown', () => {
  const text = shown('![a cat](https://example.org/cat.png)');
  assert.equal(all(text, 'img'), []);
  assert.is(textOf(text), 'a cat');
  assert.is(all(text, 'a')[0]!.attributes.href, 'https://example.org/cat.png');
  assert.is(textOf(shown('![](cat.png)')), 'picture (cat.png)');
});

test('HTML is text', () => {
  const html = '<script>alert(1)</script>\n\nsome <b onclick=alert(2)>bold</b> <img src=x onerror=alert(3)>';
  const text = shown(html);
  for (const name of ['script', 'b', 'img']) assert.equal(all(text, name), []);
  assert.match(textOf(text), /<script>alert\(1\)<\/script>/);
  assert.match(textOf(text), /some <b onclick=alert\(2\)>bold<\/b> <img src=x onerror=alert\(3\)>/);
});

test('character references are characters', () => {
  assert.is(
    textOf(shown('a &lt;b&gt; &amp;amp; &#65;&#x42; &#0; &unknown; &nbsp;')),
    'a <b> &amp; AB \ufffd &unknown; \u00a0',
  );
  assert.is(textOf(shown('`&lt;`')), '&lt;');
});

test('ten thousand levels are shown, flat', () => {
  for (const text of [
    `${'> '.repeat(10_000)}x`,
    `${'- '.repeat(10_000)}x`,
    `${'*a _b '.repeat(10_000)}`,
    '['.repeat(10_000),
  ]) {
    const nodes = shown(text);
    let depth = 0;
    for (let level: (Fake | string)[] = [nodes]; level.length > 0; depth++) {
      level = level.flatMap((one) => (typeof one === 'string' ? [] : one.children));
    }
    assert.ok(depth < 100, `${depth} levels of ${text.slice(0, 10)}`);
    assert.ok(textOf(nodes).length > 0);
  }
  // As deep as lists are written.
  const nested = shown(Array.from({ length: 10 }, (_, i) => `${'  '.repeat(i)}- level ${i}`).join('\n'));
  assert.is(all(nested, 'ul').length, 10);
});

test('a megabyte is shown as it is written', () => {
  const text = '*word* '.repeat(150_000);
  const nodes = shown(text);
  assert.is(nodes.name, 'pre');
  assert.is(textOf(nodes), text);
});

test('a long paragraph, and all that comes after the time for a text, have no emphasis', () => {
  const long = `${'*a* '.repeat(1001)}end`;
  assert.is(inner(`${long}\n\n*b*`), `<p>${long}</p><p><em>b</em></p>`);
  let time = 0;
  const late = markdown('*a*\n\n*b*\n\n*c*', () => (time += 60)) as unknown as Fake;
  assert.is(late.children.map(markupOf).join(''), '<p><em>a</em></p><p>*b*</p><p>*c*</p>');
});

test('no file of the viewer writes markup', () => {
  const folder = new URL('../../../viewer', import.meta.url).pathname;
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => /\.tsx?$/.test(name));
  assert.ok(files.length > 50);
  const writing = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTML|createContextualFragment|srcdoc/;
  assert.equal(
    files.filter((name) => writing.test(readFileSync(join(folder, name), 'utf8'))),
    [],
  );
});

test("marked is imported by the text's chunk alone", () => {
  const folder = new URL('../../../viewer', import.meta.url).pathname;
  const importers = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => /\.tsx?$/.test(name) && /from 'marked'/.test(readFileSync(join(folder, name), 'utf8')));
  assert.equal(importers, [join('text', 'markdown.ts')]);
});

test.run();
