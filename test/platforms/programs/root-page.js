// In a page built by a tool that knows no `exports`: the root entry alone.
import { check } from './check.js';

function send(result) {
  fetch('/result', { method: 'POST', body: JSON.stringify(result) });
}

try {
  send({ kernels: check() });
} catch (error) {
  send({ error: String(error.stack ?? error) });
}
