/** @file A page of activation cards: `tools.show` mounts one for each request. */
import { Linear, listHooks, Sequential, select, tensor } from '../../src/index.ts';
import { element } from '../../viewer/element.ts';
import { liveSource, mountActivation, mountViewer, type Viewer } from '../../viewer/index.ts';

interface Request {
  readonly shape: readonly number[];
  readonly options?: object;
  readonly width?: number;
  readonly height?: number;
  /** Whether its element has a height of its own. Default true. */
  readonly isTall?: boolean;
  readonly kind?: 'wave' | 'softmax' | 'nan' | 'only NaN';
  /** A second tensor to compare with. */
  readonly compared?: boolean;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Values that look like an output: smooth, around 0, with a few that are no numbers where asked for. */
function valuesOf({ shape, kind = 'wave' }: Request, phase: number): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  const last = shape.at(-1) ?? 1;
  for (let i = 0; i < values.length; i++) {
    const [y, x] = [Math.floor(i / last), i % last];
    if (kind === 'only NaN') values[i] = Number.NaN;
    else if (kind === 'softmax')
      values[i] = Math.exp(-(((x - (y % last)) / 2) ** 2)) * (0.6 + 0.4 * Math.sin(y + phase));
    else values[i] = Math.sin(x * 0.7 + phase + (y % 7)) * Math.cos(y * 0.31) * (1 + (y % 3));
  }
  if (kind === 'nan') for (let i = 0; i < values.length; i += 37) values[i] = [Number.NaN, Infinity, -Infinity][i % 3]!;
  return values;
}

function layer(): Sequential {
  const linear = new Linear(2, 3);
  linear.weight.assign([1, 0, 0, 1, 1, 1]);
  linear.bias!.assign([0, 0, -0.5]);
  return new Sequential(linear);
}

const handles: { remove(): void }[] = [];
const box = element('div');
box.id = 'cards';
document.body.append(box);
Object.assign(document.body.style, { margin: '10px', font: '13px system-ui, sans-serif' });
Object.assign(box.style, { display: 'flex', flexWrap: 'wrap', gap: '12px' });

function frameOf({ width = 420, height = 300, isTall = true }: Request): HTMLElement {
  const frame = element('section');
  Object.assign(frame.style, {
    width: `${width}px`,
    height: isTall ? `${height}px` : 'auto',
    border: '1px solid #8886',
    borderRadius: '7px',
  });
  box.append(frame);
  return frame;
}

const tools = {
  /** @param dark whether the page is dark */
  async show(requests: readonly Request[], dark = false): Promise<void> {
    Object.assign(
      document.documentElement.style,
      dark ? { colorScheme: 'dark', background: '#16191d', color: '#e8ebef' } : {},
    );
    for (const request of requests) {
      const { shape, options, compared = false } = request;
      const shown = (phase: number) => ({ shape: [...shape], data: valuesOf(request, phase) });
      const both = compared ? ([shown(0), shown(0.4)] as const) : shown(0);
      const frame = frameOf(request);
      handles.push(mountActivation(frame, both, options));
      // One after the other, so that tests find them in this order.
      while (frame.querySelector('div > div:not([role])') === null) await new Promise(requestAnimationFrame);
    }
  },
  /** A layer that runs when `tools.run` is called. */
  live: undefined as unknown as Sequential,
  /** Resolves when a picture that waits for the output has been loaded. */
  async run(x: number[][]): Promise<number[]> {
    const { data } = tools.live(tensor(x));
    const isWaiting = () => document.querySelector('#cards > section [role=status]')?.textContent !== '';
    while (document.querySelector('#cards > section > div') !== null && isWaiting())
      await new Promise(requestAnimationFrame);
    return [...data];
  },
  showLive(kind: 'module' | 'source', options: object = {}): void {
    tools.live = layer();
    const shown = kind === 'module' ? tools.live[0]! : liveSource(select(tools.live, '*'), { run: 'r' });
    handles.push(mountActivation(frameOf({ shape: [] }), shown, options));
  },
  viewer: undefined as Viewer | undefined,
  /** A viewer of a running layer. */
  showViewer(): void {
    tools.live = layer();
    box.style.display = 'block';
    tools.viewer = mountViewer(box, liveSource(select(tools.live, '*'), { share: 1 }));
  },
  /** The message of the error that mounting throws. */
  refused(shown: unknown, options: object = {}, parent: unknown = box): string {
    try {
      mountActivation(parent as Element, shown as never, options);
    } catch (error) {
      return (error as Error).message;
    }
    return 'nothing';
  },
  valuesOf,
  /** The kinds of hooks on the running layer. */
  hooks: (): string[] => listHooks(tools.live).map(({ kind }) => kind),
  remove(): void {
    for (const handle of handles.splice(0)) handle.remove();
  },
};

Object.assign(globalThis, { tools });
