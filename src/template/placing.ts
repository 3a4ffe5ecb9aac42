// Finds out what surrounds each merge tag of a parsed template, whichever branches its blocks take.
// Knows Handlebars' syntax tree and the places of a document; knows nothing of fields or values.

import { HELPERS } from './helpers.js';
import { TagTrouble } from './source.js';
import { join, passTag, type Spot, same, spotAt } from './spot.js';
import { advance, type Standing } from './standing.js';
import { nameOf } from './tree.js';

/**
 * The spot of every mustache statement. The document begins at `beginning`.
 * @throws TagTrouble for a tag that stands where no value can, and for a block whose branches end differently.
 */
export function placeTags(program: hbs.AST.Program, beginning: Standing): ReadonlyMap<hbs.AST.Node, Spot> {
  const spots = new Map<hbs.AST.Node, Spot>();
  walk(program, beginning, spots);
  return spots;
}

function walk(
  program: hbs.AST.Program | undefined,
  from: Standing,
  spots: Map<hbs.AST.Node, Spot>,
): Standing {
  let here = from;
  for (const statement of program?.body ?? []) {
    if (statement.type === 'ContentStatement') {
      here = advance(here, (statement as hbs.AST.ContentStatement).value);
    } else if (statement.type === 'MustacheStatement') {
      const spot = spotAt(here);
      if (typeof spot === 'string') throw new TagTrouble(spot, statement.loc.start);
      spots.set(statement, spot);
      here = passTag(here);
    } else if (statement.type === 'BlockStatement') {
      here = walkBlock(statement as hbs.AST.BlockStatement, here, spots);
    }
  }
  return here;
}

function walkBlock(block: hbs.AST.BlockStatement, from: Standing, spots: Map<hbs.AST.Node, Spot>): Standing {
  const name = nameOf(block.path);
  const otherwise = walk(block.inverse, from, spots);
  if (HELPERS[name]?.block !== 'items') {
    return met(
      walk(block.program, from, spots),
      otherwise,
      block,
      'its branches end in different places of the HTML',
    );
  }
  // Every round begins where the one before ended, so the body must be right for both beginnings.
  const why = 'a round of it ends in another place of the HTML than it began in';
  let begin = from;
  for (let round = 0; round < 4; round++) {
    const next = met(begin, walk(block.program, begin, spots), block, why);
    if (same(next, begin))
      return met(next, otherwise, block, 'its branches end in different places of the HTML');
    begin = next;
  }
  throw unlike(block, why);
}

function met(a: Standing, b: Standing, block: hbs.AST.BlockStatement, why: string): Standing {
  const place = join(a, b);
  if (place === undefined) throw unlike(block, why);
  return place;
}

function unlike(block: hbs.AST.BlockStatement, why: string): TagTrouble {
  const name = nameOf(block.path);
  return new TagTrouble(
    `{{#${name}}} cannot be escaped safely: ${why}. Put whole tags and whole quoted attributes inside the block`,
    block.loc.start,
  );
}
