/** @file The last calls of every module that a guard watches. */
import type { GuardFrame } from './guard-finding.ts';

interface Numbered {
  readonly frame: GuardFrame;
  /** Among all frames, in the order in which their values were read. */
  readonly order: number;
}

/** A ring of the frames of one tensor. */
class Ring {
  readonly #frames: Numbered[] = [];
  readonly #size: number;
  #next = 0;

  constructor(size: number) {
    this.#size = size;
  }

  add(frame: Numbered): void {
    this.#frames[this.#next] = frame;
    this.#next = (this.#next + 1) % this.#size;
  }

  get frames(): readonly Numbered[] {
    return this.#frames;
  }
}

export class GuardHistory {
  readonly #size: number;
  /** By path and place: an output may have several tensors. */
  readonly #modules: Map<string, Map<string, Ring>> = new Map();
  #count = 0;

  /** @param size how many calls of each module are kept */
  constructor(size: number) {
    this.#size = size;
  }

  /** @returns what adds a frame of this module */
  of(path: string): (frame: GuardFrame) => void {
    const rings = new Map<string, Ring>();
    this.#modules.set(path, rings);
    return (frame) => {
      let ring = rings.get(frame.place);
      if (ring === undefined) {
        ring = new Ring(this.#size);
        rings.set(frame.place, ring);
      }
      ring.add({ frame, order: this.#count++ });
    };
  }

  /** By path, oldest first; without modules that were not called. */
  byModule(): Map<string, readonly GuardFrame[]> {
    const found = [...this.#modules].map(([path, rings]) => [path, inOrder([...rings.values()])] as const);
    return new Map(found.filter(([, frames]) => frames.length > 0));
  }

  /** The last frames of all modules, oldest first. */
  last(count: number): readonly GuardFrame[] {
    return inOrder([...this.#modules.values()].flatMap((rings) => [...rings.values()])).slice(-count);
  }
}

const inOrder = (rings: readonly Ring[]): GuardFrame[] =>
  rings
    .flatMap(({ frames }) => frames)
    .sort((a, b) => a.order - b.order)
    .map(({ frame }) => frame);
