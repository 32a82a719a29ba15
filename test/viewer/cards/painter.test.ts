import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SvgPainter } from '../../../viewer/cards/svg-painter.ts';

test('SvgPainter escapes markup in texts and attributes', () => {
  const painter = new SvgPainter('"Noto <Sans>"');
  painter.text('<script>alert("a & b")</script>', 1, 2, { colour: '"red"', size: 10, halo: '#fff' });
  const svg = painter.finish(10, 20, 'fc1 & <b>');
  assert.match(svg, '&lt;script&gt;alert(&quot;a &amp; b&quot;)&lt;/script&gt;');
  assert.match(svg, '<title>fc1 &amp; &lt;b&gt;</title>');
  assert.match(svg, 'font-family="&quot;Noto &lt;Sans&gt;&quot;"');
  assert.match(svg, 'fill="&quot;red&quot;"');
  assert.not.match(svg, '<script');
});

test('SvgPainter interrupts a line at NaN', () => {
  const painter = new SvgPainter('serif');
  painter.line([0, 1, 2, 3, Number.NaN, Number.NaN, 4.005, 5], { colour: '#000', width: 1 });
  assert.match(painter.finish(1, 1, ''), 'd="M0,1L2,3M4.01,5"');
});

test('SvgPainter clips to a rectangle', () => {
  const painter = new SvgPainter('serif');
  painter.within(1, 2, 3, 4, () => painter.rectangle(0, 0, 9, 9, 'red'));
  const svg = painter.finish(9, 9, '');
  assert.match(
    svg,
    /<clipPath id="(clip-0)"><rect x="1" y="2" width="3" height="4"\/><\/clipPath><g clip-path="url\(#clip-0\)">\s*<rect [^>]*\/>\s*<\/g>/,
  );
});

test.run();
