// Lists and contents that want to be more than data. Each row in its short form.

import { LIST_ROWS } from './hostile-lists.js';
import { inTheShortForm } from './short-form.js';
import { SMUGGLING_ROWS } from './smuggling.js';

inTheShortForm('smuggled', [...LIST_ROWS, ...SMUGGLING_ROWS]);
