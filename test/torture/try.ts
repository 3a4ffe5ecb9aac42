import { randomFrom } from '../random.js';
import { SMUGGLING_ROWS as LOSS_ROWS } from './smuggling.js';

const t0 = performance.now();
for (const row of LOSS_ROWS) {
  if (row.long || (process.argv[2] && !row.name.includes(process.argv[2]))) continue;
  const t = performance.now();
  try {
    const f = await row.run({ long: false, random: randomFrom(2), say: console.log });
    console.log('ok', Math.round(performance.now() - t), row.name, JSON.stringify(f));
  } catch (e) {
    console.log(
      'FAULT',
      Math.round(performance.now() - t),
      row.name,
      '|',
      row.end,
      '|',
      (e as Error).message.slice(0, 300),
    );
  }
}
console.log(performance.now() - t0);
