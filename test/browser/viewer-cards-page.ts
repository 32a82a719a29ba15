// The page of viewer-cards.mjs: cards of synthetic training runs, whose data follow from the tag's name and a seed.

import { memoryLogs, RunReader } from '../../src/tensorboard/index.ts';
import { Axes } from '../../viewer/axes/axes.ts';
import { TagAxis } from '../../viewer/axes/tag-axis.ts';
import type { Card, CardContext } from '../../viewer/cards/card.ts';
import { DEFAULT_EDGES } from '../../viewer/data/clamped-bins.ts';
import { fromEvent } from '../../viewer/data/from-event.ts';
import type { HistogramPoint } from '../../viewer/data/points.ts';
import { Store } from '../../viewer/data/store.ts';
import { formatBin } from '../../viewer/histograms/bin-readout.ts';
import { histogramCard } from '../../viewer/histograms/histogram-card.ts';
import { FIRST_VIEW, type Range, type View, ViewState } from '../../viewer/state/view-state.ts';
import { equalEdges, normal, pointOf, random } from '../viewer/histograms/points.ts';

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const gauss = normal(1);
const uniform = random(2);
const draw = (count: number, one: (i: number) => number): number[] => range(count).map(one);

/** The share of a unit Gaussian below a value (Abramowitz and Stegun 7.1.26). */
function below(z: number): number {
  const t = 1 / (1 + 0.3275911 * (Math.abs(z) / Math.SQRT2));
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const half = 0.5 * poly * Math.exp((-z * z) / 2);
  return z > 0 ? 1 - half : half;
}

/** A Gaussian of a million values in PyTorch's bins, 120 of them, without drawing values. */
function large(step: number, mean: number, sd: number, from: number): HistogramPoint {
  const edges = DEFAULT_EDGES.subarray(from, from + 121);
  const counts = Float64Array.from({ length: 120 }, (_, i) =>
    Math.round(1e6 * (below((edges[i + 1]! - mean) / sd) - below((edges[i]! - mean) / sd))),
  );
  const point = pointOf(step, [mean]);
  const count = counts.reduce((sum, one) => sum + one, 0);
  return { ...point, bins: { edges, counts }, summary: { ...point.summary, count, std: sd } };
}

/** The records of each tag. */
const TAGS: Record<string, (run: number) => HistogramPoint[]> = {
  weights: (run) =>
    range(300).map((i) => {
      const sd = 0.08 + 0.1 * (1 - Math.exp(-i / 60)) + run * 0.03;
      return pointOf(
        i * 10,
        draw(2000, () => gauss() * sd + (run ? -1 : 1) * 0.05 * Math.sin(i / 40)),
      );
    }),
  relu: () =>
    range(200).map((i) => {
      const broken = i > 140;
      return pointOf(
        i,
        draw(1500, (k) => {
          if (broken && k < (i - 140) * 4) return k % 3 === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
          if (i > 120 && k > 1480) return Number.NEGATIVE_INFINITY;
          return Math.max(0, gauss() * (1 + i / 100) - 0.3);
        }),
      );
    }),
  gradients: () =>
    range(400).map((i) =>
      pointOf(i * 25, [
        ...draw(1500, () => gauss() * 10 ** (-5 + 2 * Math.sin(i / 50) + uniform() * 2)),
        ...(i % 97 === 50 ? [1e18, 1e30] : []),
      ]),
    ),
  tensorflow: () =>
    range(60).map((i) => {
      const values = draw(2000, () => (uniform() < 0.5 ? -1 : 1.5) + gauss() * (0.2 + i / 100));
      return pointOf(i * 100, values, equalEdges(values, 30));
    }),
  'few steps': () =>
    [0, 1, 2, 5, 6].map((step) =>
      pointOf(
        step,
        draw(3000, () => gauss() * (1 + step / 4)),
      ),
    ),
  'one step': () => [pointOf(7, draw(3000, gauss))],
  zeros: () =>
    range(20).map((i) =>
      pointOf(
        i,
        draw(100, () => 0),
      ),
    ),
  constant: () =>
    range(20).map((i) =>
      pointOf(
        i,
        draw(100, () => 5),
      ),
    ),
  'one bin': () =>
    range(20).map((i) =>
      pointOf(
        i,
        draw(100, (k) => (k % 2 === 0 ? 4.7 : 5.05)),
      ),
    ),
  'only NaN': () =>
    range(20).map((i) =>
      pointOf(
        i,
        draw(100, () => Number.NaN),
      ),
    ),
  empty: () => [],
  'far apart': () => [0, 1, 2, 3, 1e9, 1e9 + 1].map((step) => pointOf(step, draw(1000, gauss))),
  outlier: () =>
    range(50).map((i) => pointOf(i, [...draw(1000, gauss), ...(i === 20 ? [1e30] : []), ...(i === 30 ? [-1e6] : [])])),
  'ten thousand steps': (run) =>
    range(10_000).map((i) => large(i, 0.6 + 0.3 * Math.sin(i / 900 + run), 0.1 + 0.05 * Math.cos(i / 300), 1008)),
};

/** A store with the same tags in each run. */
function storeOf(runs: readonly string[], tags: readonly string[]): Store {
  const store = new Store();
  for (const [i, run] of runs.entries()) {
    // `weights#2` is a copy of `weights`.
    for (const tag of tags) store.add(TAGS[tag.split('#')[0]!]!(i).map((point) => ({ ...point, run, tag })));
  }
  return store;
}

/** A store of event files that PyTorch wrote, by their paths on the server. */
async function storeOfFiles(paths: readonly string[]): Promise<Store> {
  const blobs = paths.map(async (path) => [path, await (await fetch(path)).blob()] as const);
  const files = new Map(await Promise.all(blobs));
  const store = new Store();
  for await (const event of new RunReader(memoryLogs({ files: () => files })).poll()) {
    const point = fromEvent(event);
    if (point !== undefined) store.add([point]);
  }
  return store;
}

interface Request {
  /** Event files. Default: synthetic data. */
  files?: string[];
  tags: string[];
  runs?: string[];
  dark?: boolean;
  width?: number;
  height?: number;
  view?: Partial<View>;
  brush?: Range;
}

let cards: Card[] = [];
let store = new Store();
let state = new ViewState();
let axes = new Axes(store, state);
let tagOfFirst = '';
/** Time spent drawing since the last frame, in milliseconds. */
let worked = 0;
let redraw: ((card: Card) => void) | undefined;

/** Shows cards, and waits until they are drawn. */
async function show({
  files,
  tags,
  runs = ['run'],
  dark = false,
  width = 640,
  height = 300,
  view = {},
  brush,
}: Request): Promise<void> {
  for (const card of cards) card.destroy();
  document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
  document.body.style.cssText = `margin:0;padding:16px;background:${dark ? '#0e1013' : '#f4f5f7'};display:flex;flex-wrap:wrap;gap:12px;font:13px system-ui,sans-serif;color:${dark ? '#e8ebef' : '#1a1d21'}`;
  document.body.replaceChildren();
  state = new ViewState({ ...FIRST_VIEW, ...view });
  store = files === undefined ? storeOf(runs, tags) : await storeOfFiles(files);
  axes = new Axes(store, state);
  tagOfFirst = tags[0]!;
  if (brush !== undefined) new TagAxis(axes, state, tagOfFirst).change({ brush });
  const waiting = new Set<Card>();
  const context: CardContext = {
    store,
    state,
    axes,
    requestDraw(card) {
      if (waiting.size === 0) {
        requestAnimationFrame(() => {
          const all = [...waiting];
          waiting.clear();
          const begin = performance.now();
          for (const one of all) one.draw();
          worked += performance.now() - begin;
        });
      }
      waiting.add(card);
    },
  };
  redraw = (card) => context.requestDraw(card);
  cards = tags.map((tag) => {
    const card = histogramCard(context, tag);
    const frame = document.createElement('article');
    frame.style.cssText = `width:${width}px;height:${height}px;display:flex;flex-direction:column;background:${dark ? '#16191d' : '#fff'};border:1px solid ${dark ? '#2e343b' : '#dfe3e8'};border-radius:8px`;
    const title = document.createElement('h4');
    title.textContent = tag;
    title.style.cssText = 'margin:0;padding:8px 12px 2px;font-size:13px';
    const body = document.createElement('div');
    body.style.cssText = 'flex:1;min-height:0';
    body.append(card.element);
    frame.append(title, body);
    document.body.append(frame);
    context.requestDraw(card);
    return card;
  });
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}

/** The bins of a record as plain numbers. */
function binsOf(run: string, tag: string, step: number): { edges: number[]; counts: number[]; count: number } {
  const series = store.histograms(run, tag)!;
  const column = series.columnAt(step);
  const { edges, counts } = series.bins(column);
  return { edges: [...edges], counts: [...counts], count: series.summary(column).count };
}

/** Whether the lower canvas has any colour at a point of the page. */
function painted(x: number, y: number): boolean {
  const canvas = document
    .elementsFromPoint(x, y)
    .filter((one) => one instanceof HTMLCanvasElement)
    .at(-1) as HTMLCanvasElement;
  const { left, top } = canvas.getBoundingClientRect();
  const ratio = devicePixelRatio;
  return (
    canvas.getContext('2d')!.getImageData(Math.floor((x - left) * ratio), Math.floor((y - top) * ratio), 1, 1)
      .data[3]! > 0
  );
}

/** Number of painted heat maps: each puts one image. */
let pictures = 0;
const { putImageData } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.putImageData = function (...image: unknown[]) {
  pictures++;
  putImageData.apply(this, image as Parameters<typeof putImageData>);
};

const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

/** Per frame, in milliseconds: the time since the last, and the drawing in it. */
interface Frames {
  apart: number[];
  work: number[];
}

/** Changes the view in each of `count` frames. */
async function changeFrames(count: number, change: (i: number) => void): Promise<Frames> {
  const times: Frames = { apart: [], work: [] };
  let last = await frame();
  for (let i = 0; i < count; i++) {
    worked = 0;
    change(i);
    const now = await frame();
    times.apart.push(now - last);
    times.work.push(worked);
    last = now;
  }
  return times;
}

/** Measures frames until `stopFrames` is called. */
let recording: Frames | undefined;
async function startFrames(): Promise<void> {
  const times: Frames = { apart: [], work: [] };
  recording = times;
  let last = await frame();
  while (recording === times) {
    worked = 0;
    const now = await frame();
    times.apart.push(now - last);
    times.work.push(worked);
    last = now;
  }
}
function stopFrames(): Frames {
  const times = recording!;
  recording = undefined;
  return times;
}

/** Adds a record to every series. */
function addRecords(step: number): void {
  for (const tag of store.tags('histogram')) {
    store.add([{ ...large(step, 0.6, 0.1, 1008), tag }]);
  }
  for (const card of cards) redraw?.(card);
}

Object.assign(globalThis, {
  tools: {
    show,
    binsOf,
    painted,
    frame,
    changeFrames,
    startFrames: () => void startFrames(),
    stopFrames,
    addRecords,
    pictures: () => pictures,
    bin: (edges: number[], counts: number[]) =>
      formatBin({ edges: Float64Array.from(edges), counts: Float64Array.from(counts) }, 0),
    state: () => state,
    /** The view, with what is zoomed to and brushed on the axis of the cards. */
    view: () => ({ ...state.view, steps: [...state.view.steps.values()][0], brush: [...state.view.brush.values()][0] }),
    /** Zooms and brushes the axis of the first card. */
    mark: (changes: Parameters<TagAxis['change']>[0]) => new TagAxis(axes, state, tagOfFirst).change(changes),
    cards: () => cards,
  },
});
