// What a run shows while it goes on: a bar on a terminal, a line now and then without one, JSON lines for scripts.

import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import { formatDuration } from '../domain/duration.js';
import type { AttemptEvent, RunEvent } from '../engine/events.js';
import type { Output } from './output.js';
import { capOption } from './plan-words.js';
import { clockTime, count, counted } from './words.js';

/** Without a terminal: the first line after so long, then one a minute. Short campaigns need none. */
const FIRST_LINE_MS = 10_000;
const LINE_MS = 60_000;
/** Terminals with fewer columns get the figures without a bar. */
const WIDE = 105;
/** And below this only how far it is: what is cut off at the edge tells nothing. Others are told by a line each anyway. */
const ROOMY = 80;
const COUNTS = '{accepted} accepted · {deferred} deferred · {rejected} rejected · {in_doubt} in doubt';
/** The rate shown is that of the last so many milliseconds. */
const RATE_WINDOW_MS = 10_000;

type Tally = Record<AttemptEvent['event'], number>;

export class Progress {
  readonly #output: Output;
  readonly #tally: Tally = {
    accepted: 0,
    deferred: 0,
    rejected: 0,
    in_doubt: 0,
    expired: 0,
    invalid: 0,
    suppressed: 0,
  };
  readonly #recent: { at: number; ended: number }[] = [];
  #left = 0;
  #bars: MultiBar | undefined;
  #bar: SingleBar | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Takes an event of the run. */
  report(event: RunEvent): void {
    this.#output.json(event);
    switch (event.event) {
      case 'start':
        this.#left = event.left;
        return this.#start();
      case 'notice':
        return this.line(event.text);
      case 'paused':
        if (event.until === null || this.#bars === undefined) return;
        if (event.reason === 'due_later') {
          this.line(`Waiting for the next attempts, due ${clockTime(event.until, Date.now())}.`);
        } else if (event.reason === 'cap') {
          this.line(
            `${capOption(event.cap ?? 'day')} is reached; the next message may go ${clockTime(event.until, Date.now())}.`,
          );
        }
        return;
      case 'relay_down':
        // Cron hears of it too: what is wrong with it stays wrong although the others go on.
        return this.#warn(
          `${event.reason.replace(/[^.]$/, '$&.')}${event.last ? '' : ' The other relays go on.'}`,
        );
      case 'done':
        return this.stop();
      default:
        this.#tally[event.event]++;
        // The suppressed are no incident, and may be thousands.
        if (event.event !== 'accepted' && event.event !== 'suppressed') this.line(incident(event));
    }
  }

  /** Takes the bar off the screen; safe to call twice. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#bar) {
      this.#update();
      // Lines that were said since the bar was drawn last.
      this.#bars?.update();
      this.#bars?.stop();
    }
    this.#bar = undefined;
    this.#bars = undefined;
  }

  #start(): void {
    if (this.#output.quiet || this.#left === 0) return;
    this.#recent.push({ at: performance.now(), ended: 0 });
    if (process.stderr.isTTY && !this.#output.wantsJson) {
      const columns = process.stderr.columns ?? 80;
      this.#bars = new MultiBar(
        {
          format: `${columns < WIDE ? '' : ' {bar}'} {percentage}% · ${columns < ROOMY ? '{accepted} accepted' : COUNTS} · {speed}/s · {left}`,
          barsize: Math.max(1, Math.min(24, columns - WIDE + 10)),
          fps: 8,
          hideCursor: true,
          emptyOnZero: true,
          stopOnComplete: false,
          gracefulExit: false,
        },
        Presets.shades_classic,
      );
      this.#bar = this.#bars.create(this.#left, 0, this.#payload());
      this.#timer = setInterval(() => this.#update(), 200);
    } else {
      this.#timer = setTimeout(() => {
        this.#nowAndThen();
        this.#timer = setInterval(() => this.#nowAndThen(), LINE_MS);
        this.#timer.unref();
      }, FIRST_LINE_MS);
    }
    this.#timer.unref();
  }

  #update(): void {
    this.#sample();
    this.#bar?.update(Math.min(this.#ended(), this.#left), this.#payload());
  }

  #nowAndThen(): void {
    this.#sample();
    const { accepted, deferred, rejected, in_doubt: inDoubt } = this.#tally;
    this.#output.say(
      `${count(this.#ended())} of ${count(this.#left)}: ${count(accepted)} accepted, ${count(deferred)} deferred, ` +
        `${count(rejected)} rejected, ${count(inDoubt)} in doubt, ${this.#payload().speed}/s, ${this.#payload().left}.`,
    );
  }

  #warn(text: string): void {
    if (this.#output.quiet) this.#output.warn(text);
    else this.line(text);
  }

  /** A line for people, above the bar where there is one. */
  line(text: string): void {
    if (this.#bars) this.#bars.log(`${text}\n`);
    else this.#output.say(text);
  }

  #sample(): void {
    const now = performance.now();
    this.#recent.push({ at: now, ended: this.#ended() });
    while (this.#recent.length > 2 && now - this.#recent[0]!.at > RATE_WINDOW_MS) this.#recent.shift();
  }

  /** Deliveries with an outcome in this run; a deferred one may come again. */
  #ended(): number {
    return Object.values(this.#tally).reduce((sum, part) => sum + part, 0);
  }

  #payload(): Record<string, string> {
    const first = this.#recent[0];
    const last = this.#recent.at(-1);
    const seconds = first && last ? (last.at - first.at) / 1000 : 0;
    const speed = first && last && seconds > 0.5 ? (last.ended - first.ended) / seconds : 0;
    const left = Math.max(0, this.#left - this.#ended());
    return {
      accepted: count(this.#tally.accepted),
      deferred: count(this.#tally.deferred),
      rejected: count(this.#tally.rejected),
      in_doubt: count(this.#tally.in_doubt),
      speed: speed < 10 ? speed.toFixed(1) : count(Math.round(speed)),
      left:
        left === 0
          ? 'done'
          : speed > 0
            ? `${formatDuration((left / speed) * 1000)} left`
            : `${counted(left, 'recipient')} left`,
    };
  }
}

/** One line on a delivery that did not simply go through. */
function incident(event: AttemptEvent): string {
  const words = event.reply === '' ? event.reason : event.reply;
  const again = event.due === undefined ? '' : `; again ${clockTime(event.due, Date.now())}`;
  return `${event.event.replace('_', ' ')}: ${event.address} (line ${event.line}): ${words}${again}`;
}
