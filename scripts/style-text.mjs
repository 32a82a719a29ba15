// A style sheet as the text that scripts contain.
import { transform } from 'esbuild';

export async function styleText(css) {
  const { code } = await transform(css, { loader: 'css', minify: true });
  return code;
}
