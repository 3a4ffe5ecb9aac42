// A run is killed, and the power goes: at random moments and at named ones. Each row in its short form.

import { KILL_ROWS } from './kills.js';
import { POINT_ROWS } from './points.js';
import { POWER_ROWS } from './power-loss.js';
import { inTheShortForm } from './short-form.js';

inTheShortForm('killed', [...KILL_ROWS, ...POINT_ROWS, ...POWER_ROWS]);
