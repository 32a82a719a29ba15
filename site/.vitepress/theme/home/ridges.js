// The distributions of a layer's latest outputs, as ridges: the newest in front, older ones behind it.

/** Ridges that are shown. */
const MOST = 16;
/** Points of a ridge. */
const POINTS = 120;
/** Milliseconds in which a new ridge moves into its place. */
const MOVE = 300;
/** The part of the height that the tallest ridge takes. */
const TALL = 0.42;
/** For the labels of the axis, in CSS pixels. */
const AXIS = 22;

export class Ridges {
  #canvas;
  /** The newest first. */
  #outputs = [];
  #range = [0, 0];
  #addedAt = 0;
  #isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  #frame = 0;

  constructor(canvas) {
    this.#canvas = canvas;
  }

  /** @param {Float32Array} values what the layer put out */
  add(values) {
    this.#outputs.unshift({ values });
    this.#outputs.length = Math.min(this.#outputs.length, MOST);
    this.#fit();
    this.#addedAt = performance.now();
    cancelAnimationFrame(this.#frame);
    this.#draw();
  }

  end() {
    cancelAnimationFrame(this.#frame);
  }

  /** An axis that all ridges fit into, and that moves only if they fill less than half of it. */
  #fit() {
    const all = this.#outputs.flatMap(({ values }) => [...values].filter(Number.isFinite));
    const [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
    const size = high - low || 1;
    const [from, to] = this.#range;
    if (low < from || high > to || size < (to - from) / 2) this.#range = [low - size * 0.12, high + size * 0.12];
    for (const output of this.#outputs) {
      if (output.range === this.#range) continue;
      output.range = this.#range;
      output.curve = density(output.values, this.#range);
    }
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const ratio = globalThis.devicePixelRatio;
    if (this.#canvas.width !== Math.round(width * ratio)) this.#canvas.width = Math.round(width * ratio);
    if (this.#canvas.height !== Math.round(height * ratio)) this.#canvas.height = Math.round(height * ratio);
    const context = this.#canvas.getContext('2d');
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const style = getComputedStyle(this.#canvas);
    const colour = (name) => style.getPropertyValue(name);
    this.#drawAxis(context, width, height, colour);
    const passed = this.#isStill ? 1 : Math.min(1, (performance.now() - this.#addedAt) / MOVE);
    const moved = 1 - (1 - passed) ** 3;
    const tall = (height - AXIS) * TALL;
    const apart = (height - AXIS - tall - 8) / (MOST - 1);
    const highest = Math.max(...this.#outputs.map(({ curve }) => Math.max(...curve)));
    for (let i = this.#outputs.length - 1; i >= 0; i--) {
      const place = i - 1 + moved;
      const base = height - AXIS - Math.max(0, place) * apart;
      // The newest grows where it stays.
      const scale = (tall / highest) * (i === 0 ? moved : 1);
      const age = 1 - Math.max(0, place) / MOST;
      const path = new Path2D();
      for (const [at, y] of this.#outputs[i].curve.entries()) {
        path.lineTo((at / (POINTS - 1)) * width, base - y * scale);
      }
      const area = new Path2D(path);
      area.lineTo(width, base);
      area.lineTo(0, base);
      context.globalAlpha = 1;
      context.fillStyle = colour('--vp-c-bg');
      context.fill(area);
      context.globalAlpha = 0.05 + 0.3 * age ** 3;
      context.fillStyle = colour('--vp-c-brand-3');
      context.fill(area);
      context.globalAlpha = 0.15 + 0.85 * age ** 1.5;
      context.strokeStyle = colour('--vp-c-brand-1');
      context.lineWidth = i === 0 ? 1.75 : 1;
      context.stroke(path);
    }
    context.globalAlpha = 1;
    if (passed < 1) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #drawAxis(context, width, height, colour) {
    const [from, to] = this.#range;
    const placeOf = (value) => ((value - from) / (to - from)) * width;
    context.font = '11px system-ui, sans-serif';
    context.textAlign = 'center';
    for (const value of ticks(from, to)) {
      context.fillStyle = colour('--vp-c-divider');
      context.fillRect(placeOf(value), 0, 1, height - AXIS + 4);
      context.fillStyle = colour('--vp-c-text-2');
      context.fillText(String(value).replace('-', '\u2212'), placeOf(value), height - 6);
    }
  }
}

/** How dense values are at places of a range: a Gaussian at each value, as wide as a 30th of the range. */
function density(values, [from, to]) {
  const width = (to - from) / 30;
  return Float32Array.from({ length: POINTS }, (_, i) => {
    const place = from + ((to - from) * i) / (POINTS - 1);
    let sum = 0;
    for (const value of values) if (Number.isFinite(value)) sum += Math.exp(-(((place - value) / width) ** 2) / 2);
    return sum / values.length;
  });
}

/** Three to five round numbers inside a range. */
function ticks(from, to) {
  const power = 10 ** Math.floor(Math.log10((to - from) / 2));
  const step = [1, 2, 5, 10].map((factor) => factor * power).findLast((step) => (to - from) / step >= 3) ?? power;
  const count = Math.floor(to / step) - Math.ceil(from / step) + 1;
  return Array.from({ length: count }, (_, i) => Number(((Math.ceil(from / step) + i) * step).toPrecision(6)));
}
