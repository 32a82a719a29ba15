import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SvgInk } from '../../../viewer/cards/ink.ts';

test('SvgInk writes names as text, whatever is in them', () => {
  const ink = new SvgInk('"Noto <Sans>"');
  ink.text('<script>alert("a & b")</script>', 1, 2, { colour: '"red"', size: 10, halo: '#fff' });
  const svg = ink.finish(10, 20, 'fc1 & <b>');
  assert.match(svg, '&lt;script&gt;alert(&quot;a &amp; b&quot;)&lt;/script&gt;');
  assert.match(svg, '<title>fc1 &amp; &lt;b&gt;</title>');
  assert.match(svg, 'font-family="&quot;Noto &lt;Sans&gt;&quot;"');
  assert.match(svg, 'fill="&quot;red&quot;"');
  assert.not.match(svg, '<script');
});

test('SvgInk interrupts lines at NaN', () => {
  const ink = new SvgInk('serif');
  ink.line([0, 1, 2, 3, Number.NaN, Number.NaN, 4.005, 5], { colour: '#000', width: 1 });
  assert.match(ink.finish(1, 1, ''), 'd="M0,1L2,3M4.01,5"');
});

test('SvgInk draws within a rectangle', () => {
  const ink = new SvgInk('serif');
  ink.within(1, 2, 3, 4, () => ink.rectangle(0, 0, 9, 9, 'red'));
  const svg = ink.finish(9, 9, '');
  assert.match(
    svg,
    /<clipPath id="(clip-0)"><rect x="1" y="2" width="3" height="4"\/><\/clipPath><g clip-path="url\(#clip-0\)">\s*<rect [^>]*\/>\s*<\/g>/,
  );
});

test.run();
