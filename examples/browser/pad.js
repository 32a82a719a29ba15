// A pad to draw on with a mouse, a pen or a finger.

const INK = '#1c2126';

export class Pad {
  /** @type {[number, number][][]} */
  strokes = [];
  #canvas;
  #context;
  #onChange;

  /** @param onChange is called with the strokes, at most once a frame */
  constructor(canvas, onChange) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d');
    let waiting = false;
    this.#onChange = () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        onChange(this.strokes);
      });
    };
    let stroke;
    canvas.addEventListener('pointerdown', (event) => {
      if (!event.isPrimary || event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      if (this.strokes.length === 0) this.clear();
      stroke = [this.#place(event)];
      this.strokes.push(stroke);
      this.#draw(stroke);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (stroke === undefined || !event.isPrimary) return;
      // A pointer moves several times between two frames.
      const events = event.getCoalescedEvents?.() ?? [];
      for (const each of events.length > 0 ? events : [event]) stroke.push(this.#place(each));
      this.#draw(stroke);
    });
    for (const end of ['pointerup', 'pointercancel']) {
      canvas.addEventListener(end, () => {
        stroke = undefined;
      });
    }
    new ResizeObserver(() => this.#resize()).observe(canvas);
  }

  clear() {
    this.strokes = [];
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  /** Shows 8 by 8 pixels instead of strokes. */
  show(pixels) {
    this.clear();
    const { width, height } = this.#canvas;
    const side = Math.min(width, height) / 8;
    drawPixels(this.#context, pixels, (width - 8 * side) / 2, (height - 8 * side) / 2, side);
  }

  /** @returns {[number, number]} in CSS pixels */
  #place(event) {
    const { left, top } = this.#canvas.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  #draw(stroke) {
    this.#line(stroke.slice(-12));
    this.#onChange();
  }

  #line(points) {
    const context = this.#context;
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x * devicePixelRatio, y * devicePixelRatio);
    // A dot is a line of length 0.
    if (points.length === 1) context.lineTo(points[0][0] * devicePixelRatio, points[0][1] * devicePixelRatio);
    context.lineWidth = 14 * devicePixelRatio;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.strokeStyle = INK;
    context.stroke();
  }

  #resize() {
    this.#canvas.width = this.#canvas.clientWidth * devicePixelRatio;
    this.#canvas.height = this.#canvas.clientHeight * devicePixelRatio;
    for (const stroke of this.strokes) this.#line(stroke);
  }
}

/** Draws 8 by 8 pixels; darker is more ink. */
export function drawPixels(context, pixels, left, top, side) {
  for (const [i, ink] of pixels.entries()) {
    const shade = Math.round(255 - 227 * ink);
    context.fillStyle = `rgb(${shade} ${shade} ${shade})`;
    context.fillRect(left + (i % 8) * side, top + Math.floor(i / 8) * side, side, side);
  }
}
