// In a page: the check, every entry, the viewer, and the check again in a worker. The result goes to the server, since not
// every driver of a browser can read it.
import { Linear, rand, Sequential, select } from 'layertap';
import { mountViewer } from 'layertap/viewer';
import { check } from './check.js';
import { tryEntries } from './entries.js';

async function run() {
  const kernels = check();
  await tryEntries();
  await showViewer();
  return kernels;
}

async function showViewer() {
  const net = new Sequential(new Linear(3, 2));
  const element = document.body.appendChild(document.createElement('div'));
  mountViewer(element, select(net, '*'));
  net(rand(4, 3));
  while (!element.shadowRoot.textContent.includes('Histograms')) await new Promise(requestAnimationFrame);
}

run().then(
  (kernels) => send({ kernels }),
  (error) => send({ error: String(error.stack ?? error) }),
);

function send(result) {
  fetch('/result', { method: 'POST', body: JSON.stringify(result) });
}
