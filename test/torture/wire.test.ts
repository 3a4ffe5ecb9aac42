// Relays that misbehave at each step of a transaction, in each dialect. Each row in its short form.

import { inTheShortForm } from './short-form.js';
import { LOSS_ROWS } from './wire-loss.js';
import { REPLY_ROWS } from './wire-replies.js';

inTheShortForm('misled', [...LOSS_ROWS, ...REPLY_ROWS]);
