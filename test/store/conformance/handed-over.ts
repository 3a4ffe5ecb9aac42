// Conformance: what each relay was handed, minute by minute, in step with marks and outcomes; and the marks themselves.
// Knows the Ledger interface alone.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { State } from '../../../src/domain/delivery.js';
import type { Ledger } from '../../../src/store/ledger.js';
import { campaignOf, mark, outcome, people } from './campaign.js';

type With = (work: (ledger: Ledger) => Promise<void>) => Promise<void>;

const RELAY = 'smtp://a.example.com:587';
const MINUTE = 60_000;

export function handedOver(withLedger: With): void {
  const ends: readonly (readonly [State, number])[] = [
    ['accepted', 1],
    ['in_doubt', 1],
    ['rejected', 0],
    ['deferred', 0],
    ['expired', 0],
    ['pending', 0],
  ];
  for (const [state, counted] of ends) {
    it(`a mark counts for its relay, and ${counted === 1 ? 'goes on counting' : 'does not any longer'} when it ends as ${state}`, () =>
      withLedger(async (ledger) => {
        const { by } = await campaignOf(ledger, 'news', people(2));
        const [id, other] = [...by.values()].map((delivery) => delivery.id);
        const now = { relay: RELAY, now: 5 * MINUTE + 7 };
        await ledger.record({ outcomes: [], marks: [mark(id!, 1000, now)] });
        assert.deepEqual(ledger.handedOver(RELAY, 0), [{ minute: 5 * MINUTE, messages: 1 }]);
        // The outcome comes in a later minute, and from wherever the run thinks it was.
        const end = outcome(id!, state, { at: 9 * MINUTE, relay: 'smtp://b.example.com:587' });
        await ledger.record({
          outcomes: [end],
          marks: [mark(other!, 1000, { relay: RELAY, now: 9 * MINUTE })],
        });
        const minutes = [
          { minute: 5 * MINUTE, messages: 1 },
          { minute: 9 * MINUTE, messages: 1 },
        ];
        assert.deepEqual(ledger.handedOver(RELAY, 0), minutes.slice(1 - counted));
        assert.deepEqual(ledger.handedOver('smtp://b.example.com:587', 0), []);
      }));
  }

  it('each relay is told with the states of what it had last, and a delivery with the relay that had it', () =>
    withLedger(async (ledger) => {
      const { campaign, by } = await campaignOf(ledger, 'news', people(4));
      const [first, second, third] = [...by.values()].map((delivery) => delivery.id);
      const OTHER = 'smtp://b.example.com:587';
      const through = (id: number, relay: string) => mark(id, 1000, { relay, now: 5 * MINUTE });
      await ledger.record({ outcomes: [], marks: [through(first!, RELAY)] });
      assert.deepEqual(ledger.byRelay(campaign), [], 'one relay alone');
      await ledger.record({ outcomes: [], marks: [through(second!, OTHER), through(third!, OTHER)] });
      await ledger.record({
        outcomes: [
          outcome(first!, 'accepted', { relay: RELAY }),
          outcome(second!, 'deferred', { relay: OTHER, dueAt: 9 * MINUTE }),
        ],
        marks: [],
      });
      assert.deepEqual(ledger.byRelay(campaign), [
        { relay: RELAY, counts: { accepted: 1 } },
        { relay: OTHER, counts: { deferred: 1, transmitting: 1 } },
      ]);
      const due = await ledger.claim(campaign, { dueAt: -1, id: 0 }, 9 * MINUTE, 9);
      assert.deepEqual(
        due.map(({ relay }) => relay),
        [undefined, OTHER],
      );
    }));

  it('a mark beyond a cap is refused, counted over campaigns and within its own group, and changes nothing', () =>
    withLedger(async (ledger) => {
      const one = await campaignOf(ledger, 'one', people(3));
      const two = await campaignOf(ledger, 'two', people(3));
      const idsOf = ({ by }: typeof one) => [...by.values()].map((delivery) => delivery.id);
      const [first, second, third] = idsOf(one);
      const others = idsOf(two);
      const caps = [
        { messages: 2, windowMs: 60 * MINUTE },
        { messages: 4, windowMs: 1440 * MINUTE },
      ];
      const at = (id: number, minute: number) => mark(id, 1, { relay: RELAY, now: minute * MINUTE, caps });
      const marks = (...each: ReturnType<typeof mark>[]) => ledger.record({ outcomes: [], marks: each });
      assert.deepEqual(await marks(at(first!, 1), at(second!, 1), at(third!, 1)), [third]);
      assert.deepEqual(await marks(at(others[0]!, 2)), [others[0]]);
      assert.equal(ledger.overview(two.campaign).counts.pending, 3);
      // A refusal in the same group makes room, and another relay has its own.
      const rejected = outcome(first!, 'rejected', { at: 3 * MINUTE, relay: RELAY });
      assert.deepEqual(await ledger.record({ outcomes: [rejected], marks: [at(third!, 3)] }), []);
      assert.deepEqual(await marks(mark(others[2]!, 1, { relay: 'other', now: 3 * MINUTE, caps })), []);
      // An hour later, and a minute, the hour's cap is open and the day's not yet used up.
      assert.deepEqual(await marks(at(others[0]!, 64), at(others[1]!, 64)), []);
      assert.deepEqual(
        ledger.handedOver(RELAY, 0).map(({ messages }) => messages),
        [1, 1, 2],
      );
    }));

  it('campaigns are counted together, relays apart, and only from the minute that is asked for', () =>
    withLedger(async (ledger) => {
      const ids: number[] = [];
      for (const name of ['one', 'two']) {
        const { by } = await campaignOf(ledger, name, people(3));
        ids.push(...[...by.values()].map((delivery) => delivery.id));
      }
      const minutes = [1, 1, 2, 1, 2, 3];
      await ledger.record({
        outcomes: [],
        marks: ids.map((id, i) =>
          mark(id, 1, { now: minutes[i]! * MINUTE, relay: i === 5 ? 'other' : RELAY }),
        ),
      });
      const all = [
        { minute: MINUTE, messages: 3 },
        { minute: 2 * MINUTE, messages: 2 },
      ];
      assert.deepEqual(ledger.handedOver(RELAY, 0), all);
      assert.deepEqual(ledger.handedOver(RELAY, MINUTE), all);
      assert.deepEqual(ledger.handedOver(RELAY, MINUTE + 1), all.slice(1));
      assert.deepEqual(ledger.handedOver('other', 0), [{ minute: 3 * MINUTE, messages: 1 }]);
      assert.deepEqual(ledger.handedOver('nobody', 0), []);
    }));

  it('a refusal without a mark takes nothing away, and what is sent twice counts twice', () =>
    withLedger(async (ledger) => {
      const { campaign, by } = await campaignOf(ledger, 'news', people(2));
      const [id, other] = [...by.values()].map((delivery) => delivery.id);
      await ledger.record({ outcomes: [], marks: [mark(id!, 1, { relay: RELAY, now: MINUTE })] });
      await ledger.record({
        outcomes: [outcome(other!, 'rejected', { relay: RELAY, at: MINUTE })],
        marks: [],
      });
      assert.deepEqual(ledger.handedOver(RELAY, 0), [{ minute: MINUTE, messages: 1 }]);
      const lock = ledger.lock('news')!;
      ledger.settle(campaign, 'resend', 3 * MINUTE);
      lock.release();
      await ledger.record({ outcomes: [], marks: [mark(id!, 1, { relay: RELAY, now: MINUTE + 1 })] });
      assert.deepEqual(ledger.handedOver(RELAY, 0), [{ minute: MINUTE, messages: 2 }]);
    }));

  it('a group that failed counts nothing', () =>
    withLedger(async (ledger) => {
      const { by } = await campaignOf(ledger, 'news', people(2));
      const [id, other] = [...by.values()].map((delivery) => delivery.id);
      const marking = mark(id!, 1, { relay: RELAY, now: MINUTE });
      await assert.rejects(ledger.record({ outcomes: [], marks: [marking, marking] }));
      await ledger.record({ outcomes: [], marks: [mark(other!, 1, { relay: RELAY, now: MINUTE })] });
      assert.deepEqual(ledger.handedOver(RELAY, 0), [{ minute: MINUTE, messages: 1 }]);
    }));

  it('minutes older than two days go, those of the last day never', () =>
    withLedger(async (ledger) => {
      const { by } = await campaignOf(ledger, 'news', people(80));
      const ids = [...by.values()].map((delivery) => delivery.id);
      const HOUR = 60 * MINUTE;
      for (let hour = 0; hour < 80; hour++) {
        await ledger.record({
          outcomes: [],
          marks: [mark(ids[hour]!, 1, { relay: RELAY, now: hour * HOUR })],
        });
      }
      const kept = ledger.handedOver(RELAY, 0).map(({ minute }) => minute / HOUR);
      assert.ok(kept[0]! >= 79 - 50 && kept[0]! <= 79 - 24, `${kept[0]}`);
      assert.equal(kept.at(-1), 79);
      assert.equal(kept.length, 80 - kept[0]!);
    }));

  it('a marked delivery says when it was marked and for which relay, whatever the Date of its message', () =>
    withLedger(async (ledger) => {
      const { campaign, by } = await campaignOf(ledger, 'news', people(1));
      const { id } = by.get('p1@example.com')!;
      await ledger.record({ outcomes: [], marks: [mark(id, 4000, { now: 9_000_000, relay: RELAY })] });
      const [record] = ledger.recipients(campaign);
      assert.deepEqual([record?.at, record?.relay], [9_000_000, RELAY]);
      assert.equal(ledger.overview(campaign).changedAt, 9_000_000);
    }));
}
