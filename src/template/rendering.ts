// Fills a bound template in, once per recipient: text and plain fields by itself, blocks and helpers by Handlebars.
// Knows Handlebars' compiled templates and what a row's values are; knows nothing of how tags are checked or escaped.

import Handlebars from 'handlebars';
import { UnmergeableRow } from '../domain/errors.js';
import type { PieceEncoder } from '../domain/pieces.js';
import type { Fields } from '../domain/recipient.js';
import { type Bound, HOLE, type Hole } from './bind.js';
import type { Escape } from './escape.js';
import { type Field, fieldValue } from './fields.js';
import type { Merge } from './merge.js';
import { isBlank, print, RUNS } from './run-helpers.js';
import { numberNode, pathTo } from './tree.js';

/** The helper around each statement that Handlebars is to fill in; its number is its argument. */
const PART = 'part';

/** Said aloud, or Handlebars warns on the console of each name it does not look up. */
const NO_PROTOTYPES = { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false } as const;

/** What `this` is outside all blocks: fields are reached by number, never by name. */
const NO_ROW: Readonly<Record<string, never>> = Object.freeze(Object.create(null));

/** Handlebars' data: `root`, and the row's values as `f0`, `f1` and so on. */
type Data = Record<string, unknown>;

/** A stretch of the template: its own text, or what gives the row's. */
type Step = string | ((data: Data) => string);

/** One bound template. Rendering is synchronous, so what belongs to the row in hand is kept here meanwhile. */
export class Rendering implements Merge {
  readonly fields: readonly string[];
  readonly #fields: readonly Field[];
  readonly #names: readonly string[];
  readonly #holes: readonly Hole[];
  readonly #escapes: readonly Escape[];
  readonly #encoder: PieceEncoder;
  readonly #steps: readonly Step[];
  #onEmpty: ((field: string) => void) | undefined;

  /** `escapes[i]` is hole i's. The program's texts are encoded already. */
  constructor(program: hbs.AST.Program, bound: Bound, escapes: readonly Escape[], encoder: PieceEncoder) {
    this.#fields = bound.fields;
    this.#names = bound.fields.map((_, number) => `f${number}`);
    this.fields = bound.fields.map((field) => field.name);
    this.#holes = bound.holes;
    this.#escapes = escapes;
    this.#encoder = encoder;
    this.#steps = this.#stepsOf(program, bound);
  }

  render(
    fields: Fields,
    builtins: Readonly<Record<string, string>>,
    onEmpty?: (field: string) => void,
  ): string {
    const data: Data = { root: NO_ROW };
    for (let number = 0; number < this.#fields.length; number++) {
      const field = this.#fields[number]!;
      const value = fieldValue(field, fields, builtins);
      data[this.#names[number]!] = field.json ? parseJson(value, field.name) : value;
    }
    this.#onEmpty = onEmpty;
    let text = '';
    for (const step of this.#steps) text += typeof step === 'string' ? step : step(data);
    return text;
  }

  #stepsOf(program: hbs.AST.Program, bound: Bound): Step[] {
    const parts: hbs.AST.Statement[] = [];
    const steps = program.body.map((statement): Step | { readonly part: number } => {
      if (statement.type === 'ContentStatement') return (statement as hbs.AST.ContentStatement).value;
      if (statement.type === 'CommentStatement') return '';
      return this.#plainField(statement) ?? { part: parts.push(statement) - 1 };
    });
    const fills = parts.length === 0 ? [] : this.#compiled(parts, program, bound);
    return steps.map((step) => (typeof step === 'object' ? fills[step.part]! : step));
  }

  /** A tag outside all blocks that shows a field as it is, as nearly all do: too little to set Handlebars up for. */
  #plainField(statement: hbs.AST.Statement): Step | undefined {
    const number = this.#holes.findIndex((hole) => hole.statement === statement);
    const value = number < 0 ? undefined : this.#holes[number]!.statement.params[1]!;
    if (value?.type !== 'PathExpression') return undefined;
    const [name, ...rest] = (value as hbs.AST.PathExpression).parts as string[];
    if (rest.length > 0 || !this.#names.includes(name!)) return undefined;
    return (data) => this.#filled(number, data[name!]);
  }

  /**
   * What fills each of the statements in. Handlebars makes its helpers ready anew whenever a template is called, which
   * takes longer than to fill most of them in; so each statement stands in a block, and what Handlebars hands to a
   * block's helper is kept and called from then on.
   */
  #compiled(
    statements: readonly hbs.AST.Statement[],
    program: hbs.AST.Program,
    bound: Bound,
  ): ((data: Data) => string)[] {
    // An environment of its own: no partials, no decorators, and only the helpers that this template calls.
    const environment = Handlebars.create();
    for (const name of Object.keys(environment.helpers)) {
      if (RUNS[name] !== undefined || !bound.helpers.has(name)) environment.unregisterHelper(name);
    }
    for (const name of bound.helpers) {
      if (RUNS[name] !== undefined) environment.registerHelper(name, RUNS[name] as never);
    }
    environment.registerHelper(HOLE, (number: number, value: unknown) => this.#filled(number, value));
    const fills: ((data: Data) => string)[] = [];
    environment.registerHelper(PART, (number: number, { fn }: Handlebars.HelperOptions) => {
      fills[number] = (data) => fn(NO_ROW, { data });
    });
    const known = Object.fromEntries([HOLE, PART, ...bound.helpers].map((name) => [name, true]));
    const template = environment.compile(
      { ...program, body: statements.map(inBlock) },
      { noEscape: true, knownHelpers: known as never, knownHelpersOnly: true, ignoreStandalone: true },
    );
    template(NO_ROW, { data: { root: NO_ROW }, ...NO_PROTOTYPES });
    return fills;
  }

  #filled(number: number, value: unknown): string {
    const hole = this.#holes[number]!;
    const text = typeof value === 'string' ? value : print(value, hole.name);
    if (hole.gap && this.#onEmpty && isBlank(text)) this.#onEmpty(hole.name);
    return text === '' ? '' : this.#encoder.value(this.#escapes[number]!(text, hole.name));
  }
}

/** `{{#part 7}}…{{/part}}` around a statement. */
function inBlock(statement: hbs.AST.Statement, number: number): hbs.AST.Statement {
  const { loc } = statement;
  const program = { type: 'Program', body: [statement], blockParams: [], strip: {}, loc };
  const path = pathTo(PART, loc);
  const strip = { open: false, close: false };
  const block = { type: 'BlockStatement', path, params: [numberNode(number, loc)], program, loc };
  return { ...block, openStrip: strip, closeStrip: strip } as never;
}

function parseJson(value: string, name: string): unknown {
  if (value.trim() === '') return undefined;
  try {
    return JSON.parse(value);
  } catch (error) {
    throw new UnmergeableRow(name, `is not JSON${whereJsonEnds(String(error))}`);
  }
}

/** V8 says where it stopped, in words that differ from version to version and may quote the value. */
function whereJsonEnds(said: string): string {
  const position = /at position (\d+)/.exec(said)?.[1];
  if (position !== undefined) return ` from its character ${Number(position) + 1} on`;
  return /end of JSON/.test(said) ? ': it breaks off' : '';
}
