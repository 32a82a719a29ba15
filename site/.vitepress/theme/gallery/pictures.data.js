// The pictures of the gallery's first page: what PyTorch says that the models give, for the tests.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readSafetensors } from '../../../../dist/safetensors.js';

const root = new URL('../../../../', import.meta.url);
const folder = fileURLToPath(new URL('test/fixtures/gallery/', root));
const read = (name) => JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8'));

/** Grids of cells from -1 to 1, two digits each. */
function grid(values, columns) {
  const largest = Math.max(...values.map(Math.abs));
  return { columns, cells: values.map((value) => Math.round((100 * value) / largest) / 100) };
}

export default {
  load() {
    if (!existsSync(folder)) return {};
    const { image, outputs } = read('feature-maps')[1];
    const maps = outputs.conv2;
    const count = maps.shape.at(-1);
    const images = readSafetensors(readFileSync(new URL('examples/digits/data/test.safetensors', root))).get(
      'images',
    ).data;
    const { attention } = read('encoder').find(({ task }) => task === 'sort');
    const [, heads, side] = attention[1].shape;
    const square = side * side;
    return {
      digit: grid([...images.slice(64 * image, 64 * (image + 1))], 8),
      maps: Array.from({ length: 8 }, (_, map) =>
        grid(
          maps.data.filter((_, i) => i % count === map),
          8,
        ),
      ),
      heads: Array.from({ length: heads }, (_, head) =>
        grid(attention[1].data.slice(head * square, (head + 1) * square), side),
      ),
      stories: read('writer').flatMap(({ changes, text }) => {
        const [, strength] = changes[0];
        if (changes.length > 1 || strength === 0) return [];
        const [first, second] = text.split('.');
        return [{ mood: strength < 0 ? 'gloomy' : 'glad', text: `The${first}.${second}.` }];
      }),
    };
  },
};
