// Binds a parsed template to what it may use: names become fields, helpers are checked, and each tag becomes a hole
// that escapes its value. What Handlebars then compiles can reach nothing else.
// Knows Handlebars' syntax tree; knows nothing of rows or of how a message is encoded.

import { type Field, findField, type Schema } from './fields.js';
import { FIELD_TOLD, type HelperUse, helperOf } from './helpers.js';
import { Unfit } from './intl.js';
import { NO_PARTIALS, noBlock, noHelper, noRaw, wrongArguments } from './misuse.js';
import { Reader, ROW, type Scope } from './scope.js';
import { TagTrouble } from './source.js';
import { firstName, nameOf, numberNode, pathTo, saidBy, textNode } from './tree.js';

/** What a template becomes, and so how values are escaped in it. */
export type Part = 'html' | 'text' | 'header' | 'url';

/** A mustache statement of the bound template. Its value is handed over with its number. */
export interface Hole {
  readonly statement: hbs.AST.MustacheStatement;
  /** The field, for errors; the whole tag's first name when it is part of a list's item. */
  readonly name: string;
  /** An empty value leaves a gap that somebody should hear of: the tag has no fallback. */
  readonly gap: boolean;
  /** `{{{field}}}`: the value stands in the HTML as it is. */
  readonly raw: boolean;
}

export interface Bound {
  readonly holes: readonly Hole[];
  /** Every field that is read; number i is `@f<i>` in the bound template. */
  readonly fields: readonly Field[];
  /** Helpers that it calls. */
  readonly helpers: ReadonlySet<string>;
}

/** The helper through which every value passes: hole number, value. */
export const HOLE = 'hole';

/**
 * Rewrites the tree in place.
 * @throws TagTrouble for a name that is no field, a helper that is none or is written wrongly, for raw tags of fields
 * that may not be raw, for partials and decorators.
 */
export function bindTemplate(program: hbs.AST.Program, schema: Schema, part: Part): Bound {
  const binder = new Binder(schema, part);
  binder.program(program, ROW);
  return { holes: binder.holes, fields: binder.reader.fields, helpers: binder.helpers };
}

/** A call of a helper, however it is written. */
type Call = hbs.AST.MustacheStatement | hbs.AST.SubExpression | hbs.AST.BlockStatement;

class Binder {
  readonly holes: Hole[] = [];
  readonly helpers = new Set<string>();
  readonly reader: Reader;
  readonly #schema: Schema;
  readonly #part: Part;

  constructor(schema: Schema, part: Part) {
    this.reader = new Reader(schema);
    this.#schema = schema;
    this.#part = part;
  }

  program(program: hbs.AST.Program | undefined, scope: Scope): void {
    for (const statement of program?.body ?? []) {
      if (statement.type === 'MustacheStatement')
        this.#mustache(statement as hbs.AST.MustacheStatement, scope);
      else if (statement.type === 'BlockStatement') this.#block(statement as hbs.AST.BlockStatement, scope);
      else if (statement.type !== 'ContentStatement' && statement.type !== 'CommentStatement') {
        throw new TagTrouble(NO_PARTIALS, statement.loc.start);
      }
    }
  }

  #mustache(mustache: hbs.AST.MustacheStatement, scope: Scope): void {
    const name = nameOf(mustache.path);
    const number = this.holes.length;
    const called = mustache.params.length > 0 || mustache.hash !== undefined;
    const shown = called ? firstName(mustache) : name;
    const gap = !called || this.#passesBlanks(mustache, name);
    const value = called ? this.#call(mustache, scope) : this.reader.read(mustache.path, scope);
    const raw = !mustache.escaped;
    if (raw && !this.reader.isRaw(value, scope)) {
      throw new TagTrouble(noRaw(shown, findField(shown, this.#schema)), mustache.loc.start);
    }
    this.holes.push({ statement: mustache, name: shown, gap, raw });
    mustache.path = pathTo(HOLE, mustache.loc);
    mustache.params = [numberNode(number, mustache.loc), value];
    (mustache as { hash: unknown }).hash = undefined;
  }

  #block(block: hbs.AST.BlockStatement, scope: Scope): void {
    const name = nameOf(block.path);
    const use = helperOf(name);
    if (use?.block === undefined) {
      throw new TagTrouble(noBlock(name, use, findField(name, this.#schema) !== undefined), block.loc.start);
    }
    this.#arguments(block, name, use, scope);
    const walked = block.params[0]!;
    this.program(block.program, innerScope(block, use, scope, this.reader.isRaw(walked, scope)));
    this.program(block.inverse, scope);
    const field = use.block === 'branches' ? undefined : this.reader.fieldOf(walked);
    if (field && !field.json) {
      const sentence = `{{#${name} ${field.name}}} needs a list or an object, and ${field.name} is text; --json-column ${field.name} reads it as JSON`;
      throw new TagTrouble(sentence, block.loc.start);
    }
  }

  /** A helper's call as an expression. */
  #call(call: hbs.AST.MustacheStatement | hbs.AST.SubExpression, scope: Scope): hbs.AST.SubExpression {
    const name = nameOf(call.path);
    const use = helperOf(name);
    if (use?.value !== true) {
      const whole = [name, ...call.params.map(nameOf)].join(' ');
      const field = findField(whole, this.#schema) === undefined ? undefined : whole;
      throw new TagTrouble(noHelper(name, use, field), call.loc.start);
    }
    this.#arguments(call, name, use, scope);
    const { path, params, hash, loc } = call;
    return { type: 'SubExpression', path, params, hash, loc } as hbs.AST.SubExpression;
  }

  #arguments(call: Call, name: string, use: HelperUse, scope: Scope): void {
    const pairs = call.hash?.pairs ?? [];
    const field = firstName(call);
    const said = saidBy(call);
    const wrong = wrongArguments(use, said) ?? use.check?.(said, this.#part);
    if (wrong !== undefined) throw new TagTrouble(`${name} ${wrong}`, call.loc.start);
    try {
      use.tryOut?.(said, this.#locale());
    } catch (error) {
      if (error instanceof Unfit) throw new TagTrouble(`${field} ${error.message}`, call.loc.start);
      throw error;
    }
    this.helpers.add(name);
    call.params = call.params.map((param) => this.#expression(param, scope));
    for (const pair of pairs) pair.value = this.#expression(pair.value, scope);
    if (FIELD_TOLD.has(name)) {
      call.params.unshift(textNode(field, call.loc), textNode(this.#locale(), call.loc));
    }
    call.path = pathTo(name, call.loc);
  }

  #locale(): string {
    return this.#schema.locale ?? 'en';
  }

  #expression(expression: hbs.AST.Expression, scope: Scope): hbs.AST.Expression {
    if (expression.type === 'SubExpression') return this.#call(expression as hbs.AST.SubExpression, scope);
    if (expression.type === 'PathExpression') return this.reader.read(expression, scope);
    return expression;
  }

  /** `{{formatDate due "D"}}` shows nothing when there is nothing, as `{{due}}` does. */
  #passesBlanks(call: hbs.AST.MustacheStatement, name: string): boolean {
    return helperOf(name)?.passesBlanks?.(saidBy(call)) === true && call.params[0]?.type === 'PathExpression';
  }
}

function innerScope(block: hbs.AST.BlockStatement, use: HelperUse, scope: Scope, raw: boolean): Scope {
  const names = block.program?.blockParams ?? [];
  if (new Set(names).size < names.length) {
    throw new TagTrouble(`two of the names |${names.join(' ')}| are the same`, block.loc.start);
  }
  if (use.block === 'branches') return scope;
  return {
    kind: 'item',
    names,
    rounds: scope.rounds + (use.block === 'items' ? 1 : 0),
    // `../` leads out of a list, so every list around must be one that may be raw.
    raw: raw && (scope.kind === 'row' || scope.raw),
    outer: scope,
  };
}
