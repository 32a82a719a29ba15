// Watches two networks in a page while they run.
import { Linear, listHooks, select } from 'layertap';
import { liveSource, mountViewer } from 'layertap/viewer';
import { map } from 'rxjs';
import { loadNetworks, loadSamples } from './networks.js';
import { drawPixels, Pad } from './pad.js';
import { toPixels } from './to-pixels.js';

const $ = (id) => document.getElementById(id);
const { core, tfjs } = await loadNetworks();
const samples = await loadSamples();

// Watching is one line for one network: mountViewer(element, select(net, Linear)). Here are two, side by side, and their
// steps are those of the page.
let step = 0;
const sources = [
  liveSource(select(core.hooks, Linear), { run: 'layertap', step: () => step }),
  liveSource(select(tfjs.hooks, 'fc*'), { run: 'tfjs', step: () => step }),
];
const source = {
  name: 'The layers',
  connect(listener) {
    const stops = sources.map((each) => each.connect(listener));
    return () => {
      for (const stop of stops) stop();
    };
  },
};
let viewer = mountViewer($('activations'), source);

let pixels;

/** Runs both networks on the current pixels. */
function read() {
  if (pixels === undefined) return;
  const scores = core.scores(pixels);
  const others = tfjs.scores(pixels);
  step++;
  show(scores, others);
}

function show(scores, others) {
  const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
  const sum = powers.reduce((a, b) => a + b);
  const best = scores.indexOf(Math.max(...scores));
  const sure = Math.min((100 * powers[best]) / sum, 99.9);
  $('prediction').textContent = `A ${best}, ${sure.toFixed(1)} % sure`;
  $('prediction').dataset.digit = best;
  [...$('scores').children].forEach((row, digit) => {
    row.classList.toggle('best', digit === best);
    row.dataset.score = scores[digit];
    row.querySelector('.bar').style.setProperty('--share', powers[digit] / sum);
    row.querySelector('.score').textContent = scores[digit].toFixed(3);
  });
  const apart = Math.max(...scores.map((score, digit) => Math.abs(score - others[digit])));
  $('agreement').dataset.apart = apart;
  $('agreement').textContent =
    others.indexOf(Math.max(...others)) === best
      ? `TensorFlow.js reads a ${best} too; its scores are at most ${apart.toExponential(0)} away.`
      : `TensorFlow.js reads a ${others.indexOf(Math.max(...others))}.`;
}

function showPixels() {
  drawPixels($('seen').getContext('2d'), pixels ?? new Float32Array(64), 0, 0, 1);
}

/* Drawing */

const pad = new Pad($('pad'), (strokes) => {
  pixels = toPixels(strokes);
  showPixels();
  read();
});
$('clear').addEventListener('click', () => {
  pad.clear();
  pixels = undefined;
  showPixels();
  $('prediction').textContent = 'Nothing has been drawn yet.';
});
for (const digit of samples.keys()) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = digit;
  button.setAttribute('aria-label', `A ${digit} of the test set`);
  let next = 0;
  button.addEventListener('click', () => {
    pixels = samples[digit][next++ % samples[digit].length];
    pad.show(pixels);
    showPixels();
    read();
  });
  $('samples').append(button);

  const row = document.createElement('li');
  for (const [name, text] of [
    ['digit', digit],
    ['bar', ''],
    ['score', ''],
  ]) {
    const cell = document.createElement('span');
    cell.className = name;
    cell.textContent = text;
    row.append(cell);
  }
  $('scores').append(row);
}

/* The hook */

let handles = [];

function hook() {
  unhook();
  const layer = $('layer').value;
  handles = [core, tfjs].map(({ hooks, scaled }) =>
    // The hook reads the factor at each call, so the slider need not register again.
    hooks.getSubmodule(layer).transform(map((y) => scaled(y, Number($('factor').value)))),
  );
  changed();
}

function unhook() {
  for (const handle of handles) handle.remove();
  handles = [];
}

function changed() {
  const [layer, factor] = [$('layer').value, Number($('factor').value).toFixed(2)];
  $('factor-shown').textContent = factor;
  $('code').textContent =
    handles.length > 0
      ? `net.${layer}.transform(map((y) => scaled(y, ${factor})))`
      : '// no hook changes a layer: move the slider';
  $('remove').disabled = handles.length === 0;
  const count = [core, tfjs].flatMap(({ hooks }) => listHooks(hooks)).length;
  $('hooks').textContent = `Registered on the two networks: ${count} ${count === 1 ? 'hook' : 'hooks'}.`;
  read();
}

$('factor').addEventListener('input', () => (handles.length === 0 ? hook() : changed()));
$('layer').addEventListener('change', () => (handles.length === 0 ? changed() : hook()));
$('remove').addEventListener('click', () => {
  unhook();
  $('factor').value = 1;
  changed();
});

/* Watching */

$('watch').addEventListener('click', () => {
  if (viewer === undefined) viewer = mountViewer($('activations'), source);
  else {
    viewer.unmount();
    viewer = undefined;
  }
  $('watch').setAttribute('aria-pressed', viewer !== undefined);
  changed();
});

changed();
showPixels();
document.documentElement.dataset.ready = '';
