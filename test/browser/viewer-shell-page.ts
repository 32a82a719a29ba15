// Mounts viewers for test/browser/viewer-shell.mjs, and counts what they leak.
import { memoryLogs, RunReader } from '../../src/tensorboard/index.ts';
import { fromEvent } from '../../viewer/data/from-event.ts';
import { histogramOf } from '../../viewer/data/histogram-of.ts';
import type { ViewerPoint } from '../../viewer/data/points.ts';
import { type MountOptions, mountSource, type Viewer } from '../../viewer/mount.ts';
import type { SourceListener } from '../../viewer/sources/data-source.ts';
import type { Range } from '../../viewer/state/view-state.ts';
import { training } from './viewer-data.ts';

/** The current number of listeners on global objects, and of blob URLs. */
const left = { listeners: 0, urls: 0 };

const { addEventListener, removeEventListener } = EventTarget.prototype;
const outside = (target: EventTarget) =>
  target === window || target === document || target === document.body || target instanceof MediaQueryList;
EventTarget.prototype.addEventListener = function (name, listener, options) {
  if (outside(this ?? window)) {
    left.listeners++;
    const signal = typeof options === 'object' ? options.signal : undefined;
    if (signal !== undefined) addEventListener.call(signal, 'abort', () => left.listeners--);
  }
  addEventListener.call(this ?? window, name, listener, options);
};
EventTarget.prototype.removeEventListener = function (name, listener, options) {
  if (outside(this ?? window)) left.listeners--;
  removeEventListener.call(this ?? window, name, listener, options);
};
const { createObjectURL, revokeObjectURL } = URL;
URL.createObjectURL = (blob) => {
  left.urls++;
  return createObjectURL(blob);
};
URL.revokeObjectURL = (url) => {
  left.urls--;
  revokeObjectURL(url);
};
/** A source that a test drives. */
class ManualSource {
  readonly name: string = 'runs/made by hand';
  connected = 0;
  listener: SourceListener | undefined;

  connect(listener: SourceListener): () => void {
    this.connected++;
    this.listener = listener;
    return () => this.connected--;
  }
}

const host = document.querySelector('#viewer')!;
let viewer: Viewer;
let source: ManualSource;

function mount(points: readonly ViewerPoint[], options: MountOptions = {}): void {
  source = new ManualSource();
  viewer = mountSource(host, source, options);
  if (points.length > 0) source.listener!.points(points);
}

/** The log directory that PyTorch wrote. */
async function pytorch(files: readonly string[]): Promise<ViewerPoint[]> {
  const blobs = new Map<string, Blob>();
  for (const file of files) blobs.set(file, await (await fetch(`/fixture?${encodeURIComponent(file)}`)).blob());
  const points: ViewerPoint[] = [];
  for await (const event of new RunReader(memoryLogs({ files: () => blobs })).poll()) {
    const point = fromEvent(event);
    if (point !== undefined) points.push(point);
  }
  return points;
}

const scalar = (tag: string, step: number, value: number, run = 'run'): ViewerPoint => ({
  kind: 'scalar',
  run,
  tag,
  step,
  wallTime: 1.7e9 + step,
  value,
});

/** Names and texts that try to be markup. */
const MARKUP = '<img src="/pwned" onerror="globalThis.pwned = true"><script>globalThis.pwned = true</script>"\'&';
function markup(): ViewerPoint[] {
  const out = histogramOf(Float32Array.of(1, 2, 3, Number.NaN));
  const at = { run: MARKUP, step: 0, wallTime: 0 };
  return [
    { kind: 'histogram', tag: MARKUP, ...at, ...out },
    { kind: 'histogram', tag: `${MARKUP}/b`, ...at, step: 1, ...out },
    { kind: 'scalar', tag: MARKUP, ...at, value: Number.NaN },
    { kind: 'text', tag: MARKUP, ...at, texts: [MARKUP] },
    {
      kind: 'image',
      tag: MARKUP,
      ...at,
      width: 1,
      height: 1,
      images: [new TextEncoder().encode(`<svg xmlns="http://www.w3.org/2000/svg">${MARKUP}</svg>`)],
    },
    { kind: 'scalar', tag: 'other', ...at, run: 'second', value: 1 },
  ];
}

function many(count: number): ViewerPoint[] {
  const out = histogramOf(Float32Array.of(-1, 0.5, 2));
  return Array.from({ length: count }, (_, i) => ({
    kind: 'histogram',
    run: 'run',
    tag: `block${i % 20}/layer${i}`,
    step: 0,
    wallTime: 0,
    ...out,
  }));
}

/** Images of one colour each, as PNG. @param each images of a step */
async function images(count: number, each: number): Promise<ViewerPoint[]> {
  const points: ViewerPoint[] = [];
  for (let step = 0; step < count; step++) {
    const canvas = new OffscreenCanvas(8, 4);
    const context = canvas.getContext('2d')!;
    context.fillStyle = `rgb(${step * 20} 80 120)`;
    context.fillRect(0, 0, 8, 4);
    const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    points.push({
      kind: 'image',
      run: 'run',
      tag: 'input',
      step,
      wallTime: 0,
      width: 8,
      height: 4,
      images: new Array(each).fill(bytes),
    });
  }
  return points;
}

type Ranges = [tag: string, range: Range][];

/** The errors of wrong arguments. */
function refusals(): string[] {
  const source = new ManualSource();
  const attempts: (() => unknown)[] = [
    () => mountSource(null as never, source),
    () => mountSource(document as never, source),
    () => mountSource(host, undefined as never),
    () => mountSource(host, { name: 'x' } as never),
    () => mountSource(host, source, { color: 1 } as never),
    () => mountSource(host, source, { theme: 'blue' } as never),
    () => mountSource(document.createElement('img'), source),
    () =>
      mountSource(host, {
        name: 'x',
        connect: () => {
          throw new Error('no such directory');
        },
      }),
    () => mountSource(host, source, null as never),
  ];
  return attempts.map((attempt) => {
    try {
      attempt();
      return 'was taken';
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
  });
}

Object.assign(globalThis, {
  viewerTest: {
    left,
    mount,
    mountTraining: (steps: number, options?: MountOptions) => mount(training(steps, 256), options),
    mountMarkup: (options?: MountOptions) => mount(markup(), options),
    mountMany: (count: number) => mount(many(count)),
    mountImages: async (count: number, each = 1) => mount(await images(count, each)),
    mountPytorch: async (files: string[]) => mount(await pytorch(files)),
    mountOddities: () =>
      mount([
        ...[Number.NaN, Number.NaN].map((value, step) => scalar('only NaN', step, value)),
        scalar('one', 7, 3),
        ...[5, 3, 9, 1].map((step) => scalar('backwards', step, step)),
        scalar('huge', 0, 1e300),
        scalar('huge', 1, -1e300),
        ...[2 ** 53, 2 ** 60, 2 ** 62].map((step) => scalar('far', step, 1)),
        // Without times, at one time, and on a clock that goes back.
        ...[0, 1, 2].map((step) => ({ ...scalar('no times', step, step), wallTime: step === 1 ? Number.NaN : 0 })),
        ...[0, 1, 2].map((step) => ({ ...scalar('one time', step, step), wallTime: 1.7e9 })),
        ...[0, 1, 2].map((step) => ({ ...scalar('clock', step, step), wallTime: 1.7e9 - step * 1000 })),
        {
          kind: 'histogram',
          run: 'run',
          tag: 'far',
          step: 2 ** 60,
          wallTime: 1.7e9,
          ...histogramOf(Float32Array.of(1, 2)),
        },
        { kind: 'histogram', run: 'run', tag: 'nothing', step: 0, wallTime: 0, ...histogramOf(new Float32Array(0)) },
        {
          kind: 'histogram',
          run: 'run',
          tag: 'all NaN',
          step: 0,
          wallTime: 0,
          ...histogramOf(new Float32Array(4).fill(Number.NaN)),
        },
      ]),
    add: (count: number, from: number) =>
      source.listener!.points(Array.from({ length: count }, (_, i) => scalar('loss', from + i, 1 / (from + i + 1)))),
    progress: (read: number, total: number) => source.listener!.progress({ read, total }),
    warning: (message: string) => source.listener!.warning(message),
    refusals,
    again: () => {
      try {
        mountSource(host, new ManualSource());
        return 'was taken';
      } catch (error) {
        return (error as Error).message;
      }
    },
    unmount: () => viewer.unmount(),
    connected: () => source.connected,
    // Maps as entries, which a test can send and receive.
    view: () => {
      const { view } = viewer.state;
      return { ...view, steps: [...view.steps], brush: [...view.brush] };
    },
    /** A hover of null is none: undefined is lost on the way. */
    change({ steps, brush, ...rest }: Record<string, unknown>) {
      viewer.state.change({
        ...rest,
        ...(rest.hover === null && { hover: undefined }),
        ...(steps !== undefined && { steps: new Map(steps as Ranges) }),
        ...(brush !== undefined && { brush: new Map(brush as Ranges) }),
      });
    },
    alerts: () => viewer.store.alerts,
    /** All bins of a tag. */
    bins: (run: string, tag: string) => {
      const series = viewer.store.histograms(run, tag)!;
      return Array.from({ length: series.length }, (_, column) => {
        const { edges, counts } = series.bins(column);
        return { step: series.firstStep(column), edges: [...edges], counts: [...counts] };
      });
    },
    /** A weak reference to the viewer and what it holds. */
    weak: () => new WeakRef(viewer.store),
  },
});
