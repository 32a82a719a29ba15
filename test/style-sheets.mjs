// Lets tests in Node import sources that import style sheets as text, as bundlers do.
import { register } from 'node:module';

register(`data:text/javascript,
import { readFile } from 'node:fs/promises';
export async function load(url, context, next) {
  if (!url.endsWith('.css')) return next(url, context);
  const text = await readFile(new URL(url), 'utf8');
  return { format: 'module', source: 'export default ' + JSON.stringify(text), shortCircuit: true };
}`);
