// Runs the suite on several versions of Node, each in a fresh copy of the checkout with everything built by that
// version, one after another. Ends with 1 when any of them fails; the logs are kept then, and named.
//
//   npm run test:nodes                        the whole suite on 20, 22, 24 and 26
//   npm run test:nodes -- --short 24          what Node itself could break, on one line: two minutes

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { copyCheckout } from './checkout.js';
import { bringNode, type NodeRelease } from './node-release.js';

/** The floor, and every even line since. */
const LINES = ['20', '22', '24', '26'];
const SHORT = ['domain', 'store', 'engine', 'message', 'relay-log', 'stories/help', 'floors.test.ts'];

/**
 * The package whose versions each serve some versions of Node only. The lock holds the one for the floor; a user's npm
 * takes the newest that says it runs on the user's Node, and so it is done here.
 */
const DRIVER = 'better-sqlite3';

interface Result {
  readonly version: string;
  /** The driver's version. */
  readonly driver: string;
  readonly built: boolean;
  readonly seconds: { readonly build: number; readonly test: number };
  /** Undefined when the tests did not run to their end. */
  readonly tests: { readonly pass: number; readonly fail: number; readonly skipped: number } | undefined;
  readonly good: boolean;
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: 'boolean', default: false },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'mailblast-nodes-'));
const results: Result[] = [];
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
console.log(row(['node', 'driver', 'build', 'passed', 'failed', 'skipped', 'build s', 'test s']));
for (const wanted of positionals.length > 0 ? positionals : LINES) {
  const result = await runOn(wanted);
  results.push(result);
  const { tests, seconds } = result;
  const counts = [tests?.pass, tests?.fail, tests?.skipped].map((count) => String(count ?? '-'));
  const built = result.built ? 'ok' : 'failed';
  const times = [seconds.build, seconds.test].map((time) => time.toFixed(0));
  console.log(row([result.version, result.driver, built, ...counts, ...times]));
  if (!result.good) console.log(tail(readFileSync(join(folder, `${wanted}.log`), 'utf8')));
}
if (results.every((result) => result.good)) {
  rmSync(folder, { recursive: true });
} else {
  console.log(`The logs are kept in ${folder}`);
  process.exitCode = 1;
}

async function runOn(wanted: string): Promise<Result> {
  const home = join(folder, wanted);
  const copy = join(home, 'mailblast');
  const node = bringNode(wanted, join(home, 'node'));
  const log = join(folder, `${wanted}.log`);
  copyCheckout(copy);
  try {
    const begun = performance.now();
    const built =
      (await passes('npm', ['update', DRIVER, '--package-lock-only'], copy, node, log)) &&
      (await passes('npm', ['ci', '--foreground-scripts'], copy, node, log));
    const builtAt = performance.now();
    const passed = built && (await passes(...testCommand(), copy, node, log));
    const tests = built ? countsIn(readFileSync(log, 'utf8')) : undefined;
    return {
      version: node.version,
      driver: driverIn(copy),
      built,
      seconds: { build: (builtAt - begun) / 1000, test: (performance.now() - builtAt) / 1000 },
      tests,
      good: passed && tests !== undefined && tests.pass > 0,
    };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function driverIn(copy: string): string {
  const lock = JSON.parse(readFileSync(join(copy, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly version: string }>>;
  };
  return lock.packages[`node_modules/${DRIVER}`]!.version;
}

function testCommand(): [program: string, words: string[]] {
  if (!options.short) return ['npm', ['test']];
  const files = `$(cd test && find ${SHORT.join(' ')} -name '*.test.ts' | sort | sed 's|^|test/|')`;
  return ['sh', ['-c', `node --import ./test/sources.mjs --test --test-concurrency=2 ${files}`]];
}

/** Runs a command with that Node, its words appended to the log. True when it ended with 0. */
async function passes(
  program: string,
  words: readonly string[],
  cwd: string,
  node: NodeRelease,
  log: string,
): Promise<boolean> {
  const fd = openSync(log, 'a');
  // A group of its own, so that what npm has started ends with it when this process is stopped.
  const child = spawn(program, words, { cwd, env: node.env, stdio: ['ignore', fd, fd], detached: true });
  closeSync(fd);
  const stop = () => {
    process.kill(-child.pid!, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', stop);
  const [code] = (await once(child, 'exit')) as [number | null];
  process.off('exit', stop);
  return code === 0;
}

/** The last counts in the log. Node's reporters differ between versions: `# pass 12`, `ℹ pass 12`. */
function countsIn(log: string): Result['tests'] {
  const count = (name: string): number | undefined => {
    const found = [...log.matchAll(new RegExp(`^(?:#|ℹ) ${name} (\\d+)$`, 'gm'))].at(-1);
    return found && Number(found[1]);
  };
  const [pass, fail, skipped] = [count('pass'), count('fail'), count('skipped')];
  return pass === undefined || fail === undefined ? undefined : { pass, fail, skipped: skipped ?? 0 };
}

/** What a log of a run that failed ends with: the failing tests, by every reporter of Node's. */
function tail(log: string): string {
  return log.split('\n').slice(-80).join('\n');
}

function row(cells: readonly string[]): string {
  return cells.map((cell, index) => (index === 0 ? cell.padEnd(10) : cell.padStart(9))).join('');
}
