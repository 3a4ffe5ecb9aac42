// `npm run bench [-- names… --quick --rounds n --people n]`: runs the measurements, all of them or those named, one after
// another, and prints what they came to, at the end as one piece of Markdown. Build first: it is dist/ that is measured.
// Ends with 1 when a run failed its own checks; a target that is missed is a result.

import { measure as check } from './check.js';
import { load, machine } from './conditions.js';
import { measureDepth as depth, measure as distance } from './distance.js';
import { measure as flat } from './flat.js';
import { measure as importing } from './import.js';
import { measure as ledger } from './ledger.js';
import { measureSigned as dkim, measure as loopback } from './loopback.js';
import { type Options, readOptions } from './options.js';
import { measure as postfix } from './postfix.js';
import { measure as preview } from './preview.js';
import { measure as profile } from './profile.js';
import { measure as providers } from './providers.js';
import { measure as rate } from './rate.js';
import { type Measurement, printReport, type Report, type Skipped } from './report.js';
import { summary } from './summary.js';

const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  loopback,
  dkim,
  postfix,
  distance,
  depth,
  ledger,
  profile,
  providers,
  rate,
  flat,
  import: importing,
  check,
  preview,
};

function options(): Options {
  try {
    const read = readOptions(process.argv.slice(2));
    const unknown = read.names.filter((name) => !Object.hasOwn(MEASUREMENTS, name));
    if (unknown.length === 0) return read;
    console.error(
      `No measurement is called ${unknown.join(', ')}. There are: ${Object.keys(MEASUREMENTS).join(', ')}.`,
    );
  } catch (error) {
    console.error((error as Error).message);
  }
  process.exit(64);
}

const scale = options();
const names = scale.names.length > 0 ? scale.names : Object.keys(MEASUREMENTS);
// Whatever was started ends, and whatever was written goes, also when this is stopped half-way.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
const smoke = scale.quick ? ['A smoke run (--quick): none of its figures means anything.'] : [];
const conditions = [...smoke, ...(await machine())];
for (const condition of conditions) console.log(condition);
const begun = performance.now();
const reports: (Report | Skipped)[] = [];
for (const name of names) {
  const before = load();
  try {
    const report = await MEASUREMENTS[name]!(scale);
    reports.push(report);
    if ('skipped' in report) console.log(`\n${report.title}\n  NOT MEASURED: ${report.skipped}`);
    else printReport(report);
    console.log(`  (load ${before} before, ${load()} after)`);
  } catch (error) {
    console.error(`\n${name}: this run is no figure. ${error instanceof Error ? error.stack : error}`);
    process.exitCode = 1;
  }
}
const took = (performance.now() - begun) / 60_000;
const end = `All of this in one run of ${took.toFixed(1)} minutes; load ${load()} after it, its own work included.`;
console.log(`\n${[...smoke, summary(reports, [...conditions, end])].join('\n\n')}`);
