// Merges rows into one part of a message: html, text, a header or a link.
// Knows Handlebars and how a part is escaped; knows nothing of MJML, of lists or of messages.

import Handlebars from 'handlebars';
import type { Place } from '../domain/errors.js';
import type { PieceEncoder } from '../domain/pieces.js';
import type { Fields } from '../domain/recipient.js';
import { bindTemplate, type Hole, type Part } from './bind.js';
import { type Escape, escapeFor, escapeRaw, oneLine } from './escape.js';
import type { Schema } from './fields.js';
import { placeTags } from './placing.js';
import { Rendering } from './rendering.js';
import { TagTrouble } from './source.js';
import type { Spot } from './spot.js';
import { BEGINNING } from './standing.js';

export type { Part } from './bind.js';

/** A template that is ready to be merged, once per recipient. */
export interface Merge {
  /** Names of the fields it reads, as it writes them. */
  readonly fields: readonly string[];
  /**
   * The part for one row. `builtins` gives the values of the fields that are always there.
   * `onEmpty` hears of each field whose tag came out empty and had no fallback.
   * @throws UnmergeableRow when a value cannot stand where its tag is.
   */
  render(
    fields: Fields,
    builtins: Readonly<Record<string, string>>,
    onEmpty?: (field: string) => void,
  ): string;
}

export interface MergeOptions extends Schema {
  /** What the source is called in errors: `news.mjml`, `--subject`. */
  readonly what: string;
  /** Applied once to what is the same for everybody, and to each value. */
  readonly encoder: PieceEncoder;
  /** Where in the author's material a line and column (from 0) of the source is, when the source is not that itself. */
  readonly placeOf?: (line: number, column: number) => Place;
}

/**
 * Reads Handlebars source and makes it ready.
 * @throws MailblastError `data` for wrong syntax, unknown fields and helpers, and tags where no value can stand.
 */
export function compileMerge(part: Part, source: string, options: MergeOptions): Merge {
  const placeOf = options.placeOf ?? ((line, column) => ({ file: options.what, line, column: column + 1 }));
  try {
    const program = parseTemplate(source);
    const spots = placeTags(program, BEGINNING[part]);
    const bound = bindTemplate(program, options, part);
    const literal = part === 'header' ? (text: string) => oneLine(text) : (text: string) => text;
    encodeLiterals(program, (text) => options.encoder.literal(literal(text)));
    const escapes = bound.holes.map((hole) => escapeOf(hole, spots.get(hole.statement)!));
    return new Rendering(program, bound, escapes, options.encoder);
  } catch (error) {
    if (error instanceof TagTrouble) throw error.toError(placeOf);
    throw error;
  }
}

function escapeOf(hole: Hole, spot: Spot): Escape {
  const found = hole.raw ? escapeRaw(spot) : escapeFor(spot);
  if (typeof found === 'string') throw new TagTrouble(found, hole.statement.loc.start);
  return found;
}

/**
 * Handlebars' syntax tree, whitespace control applied.
 * @throws TagTrouble for wrong syntax.
 */
export function parseTemplate(source: string): hbs.AST.Program {
  try {
    return Handlebars.parse(source);
  } catch (error) {
    throw syntaxTrouble(error as Error & { lineNumber?: number; column?: number });
  }
}

function syntaxTrouble(error: Error & { lineNumber?: number; column?: number }): TagTrouble {
  const mismatch = /^(\S+) doesn't match (\S+)/.exec(error.message);
  if (mismatch && error.lineNumber !== undefined) {
    const sentence = `{{#${mismatch[1]}}} is closed by {{/${mismatch[2]}}}`;
    return new TagTrouble(sentence, { line: error.lineNumber, column: error.column ?? 0 });
  }
  const parse = /on line (\d+):\n(.*)\n(-*)\^\n([\s\S]*)/.exec(error.message);
  const line = Number(parse?.[1] ?? error.lineNumber ?? 1);
  const got = /got '([^']+)'/.exec(parse?.[4] ?? '')?.[1];
  if (got === 'EOF') return new TagTrouble('a block that was opened is never closed', { line, column: 0 });
  const near = parse?.[2]?.slice(-30) ?? '';
  return new TagTrouble(`this merge tag cannot be read${near ? `, near ${near}` : ''}`, { line, column: 0 });
}

/**
 * Handlebars takes blanks off around tags when it reads a source, and once more when it compiles the tree. By then they
 * are encoded, and a soft line break would go with them: so what asks for it is taken away.
 */
function encodeLiterals(program: hbs.AST.Program | undefined, encode: (text: string) => string): void {
  for (const statement of program?.body ?? []) {
    for (const strip of STRIPS) if (strip in statement) Object.assign(statement, { [strip]: {} });
    if (statement.type === 'ContentStatement') {
      const content = statement as hbs.AST.ContentStatement;
      if (content.value !== '') content.value = encode(content.value);
    } else if (statement.type === 'BlockStatement') {
      encodeLiterals((statement as hbs.AST.BlockStatement).program, encode);
      encodeLiterals((statement as hbs.AST.BlockStatement).inverse, encode);
    }
  }
}

const STRIPS = ['strip', 'openStrip', 'inverseStrip', 'closeStrip'] as const;
