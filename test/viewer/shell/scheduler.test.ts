import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Card } from '../../../viewer/cards/card.ts';
import { Scheduler } from '../../../viewer/shell/scheduler.ts';

/** A hand that does nothing, and one that moves all the time. */
const STILL = { isActive: false };
const MOVING = { isActive: true };

const frames: (() => void)[] = [];
Object.assign(globalThis, {
  requestAnimationFrame: (run: () => void) => frames.push(run),
  cancelAnimationFrame: () => frames.splice(0),
});
const frame = () => {
  for (const run of frames.splice(0)) run();
};

function card(): Card & { drawn: number } {
  const made = {
    drawn: 0,
    draw() {
      made.drawn++;
      return true;
    },
  };
  return made as unknown as Card & { drawn: number };
}
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
/** Frame after frame until it is done, three seconds at most. */
async function framesUntil(done: () => boolean): Promise<void> {
  for (const start = performance.now(); !done() && performance.now() - start < 3000; frame()) await sleep(2);
}

test('a card is drawn once a frame, however often it asked', () => {
  const scheduler = new Scheduler(() => {}, STILL);
  const one = card();
  scheduler.setVisible(one, true);
  for (let i = 0; i < 5; i++) scheduler.requestDraw(one);
  assert.is(one.drawn, 0);
  frame();
  assert.is(one.drawn, 1);
  frame();
  assert.is(one.drawn, 1);
});

test('what cannot be seen is drawn when it can', () => {
  const scheduler = new Scheduler(() => {}, STILL);
  const one = card();
  scheduler.requestDraw(one);
  frame();
  assert.is(one.drawn, 0);
  scheduler.setVisible(one, true);
  frame();
  assert.is(one.drawn, 1);
  scheduler.setVisible(one, false);
  scheduler.requestDraw(one);
  frame();
  assert.is(one.drawn, 1);
});

test('a card that was removed is not drawn', () => {
  const scheduler = new Scheduler(() => {}, STILL);
  const one = card();
  scheduler.setVisible(one, true);
  scheduler.requestDraw(one);
  scheduler.remove(one);
  frame();
  assert.is(one.drawn, 0);
});

test('new data are told in a frame, at most every 50 ms', async () => {
  let told = 0;
  const scheduler = new Scheduler(() => told++, STILL);
  const start = performance.now();
  while (performance.now() - start < 175) {
    scheduler.dataChanged();
    await sleep(1);
    frame();
  }
  // At 0, 50, 100 and 150 ms; on a busy machine fewer.
  assert.ok(told >= 2 && told <= 4, `${told}`);
  scheduler.stop();
});

/** A card that takes this long to draw. */
function slow(milliseconds: number): Card & { drawn: number } {
  const made = card();
  made.draw = () => {
    made.drawn++;
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
    return true;
  };
  return made;
}

test('the hand does not wait for the data', async () => {
  const scheduler = new Scheduler(() => {}, STILL);
  const [hand, ...data] = [card(), slow(20), slow(20), slow(20)];
  for (const one of [hand!, ...data]) scheduler.setVisible(one, true);
  for (const one of data) scheduler.requestDataDraw(one);
  for (let i = 1; i <= 3; i++) {
    scheduler.requestDraw(hand!);
    frame();
    assert.is(hand!.drawn, i);
    // One of them in the first frame; then they rest for three times as long as it took.
    assert.is(
      data.reduce((sum, { drawn }) => sum + drawn, 0),
      1,
    );
  }
  scheduler.stop();
});

test('new data are drawn in turns, the longest waiting first, a quarter of the time at most', async () => {
  const scheduler = new Scheduler(() => {}, STILL);
  const data = [slow(12), slow(12), slow(12)];
  for (const one of data) scheduler.setVisible(one, true);
  const start = performance.now();
  for (const one of data) scheduler.requestDataDraw(one);
  const order: number[] = [];
  while (order.length < 3 && performance.now() - start < 5000) {
    await sleep(1);
    frame();
    for (const [i, { drawn }] of data.entries()) if (drawn > 0 && !order.includes(i)) order.push(i);
  }
  assert.equal(order, [0, 1, 2]);
  // Twelve to draw and thirty-six to rest, twice, before the third.
  assert.ok(performance.now() - start >= 96, `${performance.now() - start}`);
  assert.equal(
    data.map(({ drawn }) => drawn),
    [1, 1, 1],
  );
  scheduler.stop();
});

test('what is drawn for the hand shows the data too: it is not drawn twice', async () => {
  const scheduler = new Scheduler(() => {}, STILL);
  const one = card();
  scheduler.setVisible(one, true);
  scheduler.requestDataDraw(one);
  scheduler.requestDraw(one);
  await sleep(5);
  frame();
  assert.is(one.drawn, 1);
  scheduler.stop();
});

test('while a hand moves, it is not asked for new data, which rest for longer', async () => {
  const scheduler = new Scheduler(() => {}, MOVING);
  const asked: (boolean | undefined)[] = [];
  const one = {
    draw: (data?: boolean) => {
      asked.push(data);
      const end = performance.now() + 5;
      while (performance.now() < end);
      return data;
    },
  } as unknown as Card;
  scheduler.setVisible(one, true);
  scheduler.requestDataDraw(one);
  scheduler.requestDraw(one);
  frame();
  // What the hand changed, and then the data, which wait still.
  assert.equal(asked, [false, true]);
  scheduler.requestDataDraw(one);
  const start = performance.now();
  await framesUntil(() => asked.length > 2);
  assert.equal(asked, [false, true, true]);
  // Twenty times the 5 ms that drawing took, at least.
  assert.ok(performance.now() - start >= 95, `${performance.now() - start} ms`);
  scheduler.stop();
});

test('a card that does not show the newest data is drawn with them, though nobody asks again', async () => {
  const scheduler = new Scheduler(() => {}, MOVING);
  const asked: (boolean | undefined)[] = [];
  const one = { draw: (data?: boolean) => asked.push(data) > 0 && data === true } as unknown as Card;
  scheduler.setVisible(one, true);
  scheduler.requestDraw(one);
  frame();
  await framesUntil(() => asked.length > 1);
  assert.equal(asked, [false, true]);
  await sleep(20);
  frame();
  assert.is(asked.length, 2);
  scheduler.stop();
});

test('once a hand rests, new data rest no longer than they do without one', async () => {
  const activity = { isActive: true };
  let told = 0;
  const scheduler = new Scheduler(() => told++, activity);
  const one = slow(60);
  scheduler.setVisible(one, true);
  scheduler.requestDataDraw(one);
  await sleep(5);
  frame();
  assert.is(one.drawn, 1);
  scheduler.dataChanged();
  activity.isActive = false;
  // Three times 60 ms, and not twenty times.
  const start = performance.now();
  const before = told;
  await framesUntil(() => told > before);
  assert.ok(performance.now() - start < 900, `${performance.now() - start} ms`);
  scheduler.stop();
});

test('cards that come into sight are drawn over several frames, so that the first is seen at once', () => {
  const scheduler = new Scheduler(() => {}, STILL);
  const cards = [slow(12), slow(12), slow(12)];
  for (const one of cards) {
    scheduler.setVisible(one, true);
    scheduler.requestDraw(one);
  }
  const drawn = () => cards.map((one) => one.drawn);
  frame();
  assert.equal(drawn(), [1, 0, 0]);
  frame();
  assert.equal(drawn(), [1, 1, 0]);
  frame();
  assert.equal(drawn(), [1, 1, 1]);
  // What a hand changes is drawn everywhere at once.
  for (const one of cards) scheduler.requestDraw(one);
  frame();
  assert.equal(drawn(), [2, 2, 2]);
  scheduler.stop();
});

test('printing draws what waits, seen or not', () => {
  const scheduler = new Scheduler(() => {}, STILL);
  const one = card();
  scheduler.requestDraw(one);
  scheduler.drawNow();
  assert.is(one.drawn, 1);
});

test('a card that fails does not keep the others from being drawn', () => {
  const scheduler = new Scheduler(() => {}, STILL);
  const bad = {
    draw: () => {
      throw new Error('no');
    },
  } as unknown as Card;
  const good = card();
  for (const one of [bad, good]) {
    scheduler.setVisible(one, true);
    scheduler.requestDraw(one);
  }
  assert.throws(frame, /no/);
  assert.is(good.drawn, 1);
});

test.run();
