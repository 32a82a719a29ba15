// Shows the last outputs of the layers of a network: one line for each.
import { Hookable, Tensor, tensorReader } from 'layertap';
import { mountActivation } from 'layertap/viewer';
import { loadNetworks, loadSamples } from './networks.js';

const $ = (id) => document.getElementById(id);
const { core } = await loadNetworks();
const samples = await loadSamples();

/** The input as a layer, so that it has a picture too. */
class Input extends Hookable {
  constructor() {
    super({ reader: tensorReader });
  }
  forward(pixels) {
    return new Tensor(pixels, [8, 8]);
  }
}
const input = new Input();

mountActivation($('pixels'), input, { range: 1 });
mountActivation($('fc1'), core.hooks.fc1);
mountActivation($('fc2'), core.hooks.fc2);
mountActivation($('fc3'), core.hooks.fc3, { labels: [...'0123456789'] });

for (const [digit, images] of samples.entries()) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = digit;
  let next = 0;
  button.addEventListener('click', () => {
    const pixels = images[next++ % images.length];
    input(pixels);
    const scores = core.scores(pixels);
    $('prediction').textContent = `The network reads a ${scores.indexOf(Math.max(...scores))}.`;
  });
  $('samples').append(button);
}
document.documentElement.dataset.ready = '';
