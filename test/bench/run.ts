// `npm run bench [-- names…]`: runs the measurements, all of them or those named, one after another, and prints what
// they came to. Build first: it is dist/ that is measured. Ends with 1 when a run failed its own checks.

import { measure as flat } from './flat.js';
import { measure as importing } from './import.js';
import { measure as preview } from './preview.js';
import { measure as profile } from './profile.js';
import { measure as rate } from './rate.js';
import { type Measurement, printMachine, printReport } from './report.js';
import { measure as throughput } from './throughput.js';

const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  import: importing,
  throughput,
  profile,
  rate,
  flat,
  preview,
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(MEASUREMENTS);
const unknown = names.filter((name) => !Object.hasOwn(MEASUREMENTS, name));
if (unknown.length > 0) {
  console.error(
    `No measurement is called ${unknown.join(', ')}. There are: ${Object.keys(MEASUREMENTS).join(', ')}.`,
  );
  process.exit(64);
}
// Whatever was started ends, and whatever was written goes, also when this is stopped half-way.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
printMachine();
for (const name of names) {
  try {
    printReport(await MEASUREMENTS[name]!());
  } catch (error) {
    console.error(`\n${name}: this run is no figure. ${error instanceof Error ? error.stack : error}`);
    process.exitCode = 1;
  }
}
