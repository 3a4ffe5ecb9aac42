// The disk, the ledger, the process and the clock make trouble under a run. Each row in its short form.

import { CLOCK_ROWS } from './clocks.js';
import { inTheShortForm } from './short-form.js';
import { SIGNAL_ROWS } from './signals.js';
import { TROUBLE_ROWS } from './troubles.js';

inTheShortForm('troubled', [...TROUBLE_ROWS, ...SIGNAL_ROWS, ...CLOCK_ROWS]);
