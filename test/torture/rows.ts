// The whole table, in its order.

import { CLOCK_ROWS } from './clocks.js';
import { LIST_ROWS } from './hostile-lists.js';
import { KILL_ROWS } from './kills.js';
import { POINT_ROWS } from './points.js';
import { POWER_ROWS } from './power-loss.js';
import type { Row } from './row.js';
import { SIGNAL_ROWS } from './signals.js';
import { SMUGGLING_ROWS } from './smuggling.js';
import { TROUBLE_ROWS } from './troubles.js';
import { LOSS_ROWS } from './wire-loss.js';
import { REPLY_ROWS } from './wire-replies.js';

export const ROWS: readonly Row[] = [
  ...KILL_ROWS,
  ...POINT_ROWS,
  ...POWER_ROWS,
  ...TROUBLE_ROWS,
  ...SIGNAL_ROWS,
  ...CLOCK_ROWS,
  ...LIST_ROWS,
  ...SMUGGLING_ROWS,
  ...LOSS_ROWS,
  ...REPLY_ROWS,
];
