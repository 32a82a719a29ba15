import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Card } from '../../../viewer/cards/card.ts';
import { CardScheduler } from '../../../viewer/ui/card-scheduler.ts';
import { FakeClock } from '../fake-clock.ts';

type CountedCard = Card & { drawn: number };

function make({ isActive = false } = {}) {
  const clock = new FakeClock();
  const activity = { isActive };
  /** When the scheduler looked at new data. */
  const looks: number[] = [];
  const start = clock.now();
  const scheduler = new CardScheduler(() => looks.push(clock.now() - start), activity, clock);
  return {
    clock,
    activity,
    looks,
    scheduler,
    frame: () => clock.runFrame(),
    elapsed: () => clock.now() - start,
    /** A visible card that takes this many milliseconds to draw. */
    card(cost = 0): CountedCard {
      const made = {
        drawn: 0,
        draw() {
          made.drawn++;
          clock.spend(cost);
          return true;
        },
      };
      scheduler.setVisible(made as unknown as Card, true);
      return made as unknown as CountedCard;
    },
    /** Time passes with a frame every millisecond. */
    async pass(milliseconds: number): Promise<void> {
      for (let i = 0; i < milliseconds; i++) {
        await clock.pass(1);
        clock.runFrame();
      }
    },
  };
}

const drawn = (cards: readonly CountedCard[]) => cards.map((card) => card.drawn);

test('a card is drawn once a frame, however often it requests it', () => {
  const { scheduler, frame, card } = make();
  const one = card();
  for (let i = 0; i < 5; i++) scheduler.requestDraw(one);
  assert.is(one.drawn, 0);
  frame();
  assert.is(one.drawn, 1);
  frame();
  assert.is(one.drawn, 1);
});

test('an invisible card is drawn when it becomes visible', () => {
  const { scheduler, frame, card } = make();
  const one = card();
  scheduler.setVisible(one, false);
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
  const { scheduler, frame, card } = make();
  const one = card();
  scheduler.requestDraw(one);
  scheduler.remove(one);
  frame();
  assert.is(one.drawn, 0);
});

test('after stop() nothing is drawn, and no timer is left', async () => {
  const { scheduler, clock, frame, card, looks } = make();
  const one = card();
  scheduler.dataChanged();
  scheduler.requestDataDraw(one);
  await clock.pass(1);
  scheduler.requestDraw(one);
  scheduler.stop();
  frame();
  assert.equal([one.drawn, looks, clock.timers], [0, [], 0]);
});

test('new data are looked at in a frame, at most every 50 ms', async () => {
  const { scheduler, looks, pass } = make();
  for (let i = 0; i < 175; i++) {
    scheduler.dataChanged();
    await pass(1);
  }
  assert.equal(looks, [1, 51, 101, 151]);
});

test('new data do not delay what the user changes', () => {
  const { scheduler, frame, card } = make();
  const [changed, ...data] = [card(), card(20), card(20), card(20)];
  for (const one of data) scheduler.requestDataDraw(one);
  for (let i = 1; i <= 3; i++) {
    scheduler.requestDraw(changed!);
    frame();
    assert.is(changed!.drawn, i);
    // One of them in the first frame, and then a pause.
    assert.equal(drawn(data), [1, 0, 0]);
  }
});

test('drawing new data takes 8 ms of a frame, or one card', async () => {
  for (const [cost, inOneFrame] of [
    [4, 3],
    [4.5, 2],
    [8.5, 1],
    [80, 1],
  ] as const) {
    const { scheduler, card, clock, frame } = make();
    const cards = Array.from({ length: 5 }, () => card(cost));
    for (const one of cards) scheduler.requestDataDraw(one);
    await clock.pass(1);
    frame();
    assert.is(
      drawn(cards).reduce((sum, count) => sum + count),
      inOneFrame,
      `${cost} ms each`,
    );
  }
});

test('cards with new data take turns, longest waiting first, in a quarter of the time', async () => {
  const { scheduler, card, elapsed, pass } = make();
  const cards = [card(12), card(12), card(12)];
  for (const one of cards) scheduler.requestDataDraw(one);
  const ends: number[][] = [];
  while (ends.length < 3) {
    const before = drawn(cards);
    await pass(1);
    const now = drawn(cards);
    const index = now.findIndex((count, i) => count !== before[i]);
    if (index !== -1) ends.push([index, elapsed()]);
  }
  // 12 ms to draw and 36 ms of pause, twice, before the third.
  assert.equal(ends, [
    [0, 13],
    [1, 61],
    [2, 109],
  ]);
  await pass(200);
  assert.equal(drawn(cards), [1, 1, 1]);
});

test('what is drawn for the user shows the data too: it is not drawn twice', async () => {
  const { scheduler, card, pass } = make();
  const one = card();
  scheduler.requestDataDraw(one);
  scheduler.requestDraw(one);
  await pass(5);
  assert.is(one.drawn, 1);
});

/** A visible card that draws new data only if it must, and takes 5 ms for them. */
function lazyCard({ scheduler, clock }: ReturnType<typeof make>) {
  const requests: (boolean | undefined)[] = [];
  const card = {
    draw(data?: boolean) {
      requests.push(data);
      clock.spend(5);
      return data;
    },
  } as unknown as Card;
  scheduler.setVisible(card, true);
  return { card, requests };
}

test('while the user is active, cards may leave new data out, and data pause twenty times as long', async () => {
  const made = make({ isActive: true });
  const { scheduler, frame, elapsed, pass } = made;
  const { card, requests } = lazyCard(made);
  scheduler.requestDraw(card);
  frame();
  // What the user changed, and then the new data.
  assert.equal(requests, [false, true]);
  scheduler.requestDataDraw(card);
  const start = elapsed();
  while (requests.length === 2) await pass(1);
  assert.equal(requests, [false, true, true]);
  assert.is(elapsed() - start, 100 + 5);
});

test('a card that left new data out is drawn with them later, without another request', async () => {
  const made = make({ isActive: true });
  const { scheduler, frame, pass } = made;
  const { card, requests } = lazyCard(made);
  const busy = made.card(10);
  scheduler.requestDataDraw(busy);
  await pass(1);
  scheduler.requestDraw(card);
  frame();
  assert.equal(requests, [false]);
  await pass(250);
  assert.equal(requests, [false, true]);
});

test('once the user is idle, new data pause as without a user; that is looked at every 300 ms', async () => {
  const { scheduler, activity, card, elapsed, looks, pass } = make({ isActive: true });
  const one = card(60);
  scheduler.requestDataDraw(one);
  await pass(1);
  assert.equal([one.drawn, elapsed()], [1, 61]);
  scheduler.dataChanged();
  activity.isActive = false;
  await pass(1500);
  // Three times 60 ms were over at 241 ms, twenty times would be at 1261 ms.
  assert.equal(looks, [361]);
});

test('cards newly in sight are drawn over several frames, 10 ms in each', () => {
  const { scheduler, card, frame } = make();
  const cards = [card(5), card(4.5), card(1), card(10), card(1)];
  for (const one of cards) scheduler.requestDraw(one);
  frame();
  assert.equal(drawn(cards), [1, 1, 1, 0, 0]);
  frame();
  assert.equal(drawn(cards), [1, 1, 1, 1, 0]);
  frame();
  assert.equal(drawn(cards), [1, 1, 1, 1, 1]);
  // What the user changes is drawn everywhere in one frame.
  for (const one of cards) scheduler.requestDraw(one);
  frame();
  assert.equal(drawn(cards), [2, 2, 2, 2, 2]);
});

test('first pictures are shown before new data are drawn', async () => {
  const { scheduler, frame, card, pass } = make();
  const [first, data] = [card(9), card(9)];
  scheduler.requestDataDraw(data!);
  scheduler.requestDraw(first!);
  frame();
  assert.equal(drawn([first!, data!]), [1, 0]);
  await pass(5);
  assert.equal(drawn([first!, data!]), [1, 1]);
});

test('printing draws what waits, visible or not', () => {
  const { scheduler, card } = make();
  const one = card();
  scheduler.setVisible(one, false);
  scheduler.requestDraw(one);
  scheduler.drawNow();
  assert.is(one.drawn, 1);
});

test('a card that fails does not keep others from being drawn', () => {
  const { scheduler, card, frame } = make();
  const bad = {
    draw: () => {
      throw new Error('no');
    },
  } as unknown as Card;
  scheduler.setVisible(bad, true);
  const good = card();
  for (const one of [bad, good]) scheduler.requestDraw(one);
  assert.throws(frame, /no/);
  assert.is(good.drawn, 1);
});

test.run();
