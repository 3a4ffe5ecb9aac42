// Binds a parsed template to what it may use: names become fields, helpers are checked, and each tag becomes a hole
// that escapes its value. What Handlebars then compiles can reach nothing else.
// Knows Handlebars' syntax tree; knows nothing of rows or of how a message is encoded.

import { nearest } from '../domain/nearest.js';
import { type Field, findField, type Schema, unknownField } from './fields.js';
import { HELPERS, type HelperUse, TOLD_THE_FIELD } from './helpers.js';
import { TagTrouble } from './source.js';
import { firstName, nameOf, numberNode, pathTo, textNode } from './tree.js';

/** A mustache statement of the bound template. Its value is handed over with its number. */
export interface Hole {
  readonly statement: hbs.AST.MustacheStatement;
  /** The field, for errors; the whole tag's first name when it is part of a list's item. */
  readonly name: string;
  /** True for a field by itself: an empty value leaves a gap that somebody should hear of. */
  readonly plain: boolean;
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

/** What a path is read from: the row, or an item of a list. */
interface Scope {
  readonly kind: 'row' | 'item';
  readonly names: readonly string[];
  /** How many `each` blocks are around: what `@index` needs. */
  readonly rounds: number;
  readonly outer: Scope | undefined;
}

/**
 * Rewrites the tree in place.
 * @throws TagTrouble for a name that is no field, a helper that is none or is written wrongly, and for raw tags,
 * partials and decorators.
 */
export function bindTemplate(program: hbs.AST.Program, schema: Schema): Bound {
  const binder = new Binder(schema);
  binder.program(program, { kind: 'row', names: [], rounds: 0, outer: undefined });
  return { holes: binder.holes, fields: binder.fields, helpers: binder.helpers };
}

class Binder {
  readonly holes: Hole[] = [];
  readonly fields: Field[] = [];
  readonly helpers = new Set<string>();
  readonly #schema: Schema;

  constructor(schema: Schema) {
    this.#schema = schema;
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
    if (!mustache.escaped) {
      const sentence = `{{{${name}}}} would put the field into the message unescaped; write {{${name}}}`;
      throw new TagTrouble(sentence, mustache.loc.start);
    }
    const number = this.holes.length;
    const called = mustache.params.length > 0 || mustache.hash !== undefined;
    let value: hbs.AST.Expression;
    if (called) value = this.#call(mustache, scope);
    else value = this.#field(mustache.path, scope);
    this.holes.push({ statement: mustache, name: called ? firstName(mustache) : name, plain: !called });
    mustache.path = pathTo(HOLE, mustache.loc);
    mustache.params = [numberNode(number, mustache.loc), value];
    (mustache as { hash: unknown }).hash = undefined;
  }

  #block(block: hbs.AST.BlockStatement, scope: Scope): void {
    const name = nameOf(block.path);
    const use = helper(name);
    if (use?.block === undefined) throw new TagTrouble(this.#noBlock(name, use), block.loc.start);
    this.#arguments(block, name, use, scope);
    this.program(block.program, innerScope(block, use, scope));
    this.program(block.inverse, scope);
    const walked = use.block === 'branches' ? undefined : block.params[0];
    if (walked?.type === 'PathExpression')
      this.#mustBeWalkable(walked as hbs.AST.PathExpression, name, block);
  }

  /** A helper's call as an expression. */
  #call(call: hbs.AST.MustacheStatement | hbs.AST.SubExpression, scope: Scope): hbs.AST.SubExpression {
    const name = nameOf(call.path);
    const use = helper(name);
    if (use?.value !== true) throw new TagTrouble(this.#noHelper(name, call, use), call.loc.start);
    this.#arguments(call, name, use, scope);
    const { path, params, hash, loc } = call;
    return { type: 'SubExpression', path, params, hash, loc } as hbs.AST.SubExpression;
  }

  #arguments(
    call: hbs.AST.MustacheStatement | hbs.AST.SubExpression | hbs.AST.BlockStatement,
    name: string,
    use: HelperUse,
    scope: Scope,
  ): void {
    const [least, most] = use.takes;
    const count = call.params.length;
    const pairs = call.hash?.pairs ?? [];
    const strange = pairs.find((pair) => !use.named?.includes(pair.key));
    if (count < least || count > most || strange) {
      const wrong = strange ? `takes no ${strange.key}=` : `takes ${range(least, most)}, not ${count}`;
      throw new TagTrouble(`${name} ${wrong}; it is written like ${use.like}`, call.loc.start);
    }
    this.helpers.add(name);
    const field = firstName(call);
    call.params = call.params.map((param) => this.#expression(param, scope));
    for (const pair of pairs) pair.value = this.#expression(pair.value, scope);
    if (TOLD_THE_FIELD.has(name)) call.params.unshift(textNode(field, call.loc));
    call.path = pathTo(name, call.loc);
  }

  #expression(expression: hbs.AST.Expression, scope: Scope): hbs.AST.Expression {
    if (expression.type === 'SubExpression') return this.#call(expression as hbs.AST.SubExpression, scope);
    if (expression.type === 'PathExpression') return this.#field(expression, scope);
    return expression;
  }

  /** A name or path as an expression: a field of the row, or part of an item. */
  #field(expression: hbs.AST.Expression, scope: Scope): hbs.AST.Expression {
    // Handlebars reads {{12}} and {{"a name"}} as names.
    if (expression.type !== 'PathExpression') return this.#rowField([nameOf(expression)], expression);
    const path = expression as hbs.AST.PathExpression;
    const parts = path.parts as string[];
    if (path.data) {
      if (parts[0] === 'root') return this.#rowField(parts.slice(1), path);
      if (['index', 'key', 'first', 'last'].includes(parts[0]!) && path.depth < scope.rounds) return path;
      const sentence = `@${parts.join('.')} is nothing here; inside {{#each}} there are @index, @key, @first and @last`;
      throw new TagTrouble(sentence, path.loc.start);
    }
    if (path.depth === 0 && !/^(?:this\b|\.)/.test(path.original)) {
      for (let around: Scope | undefined = scope; around; around = around.outer) {
        if (around.names.includes(parts[0]!)) return path;
      }
    }
    let from: Scope | undefined = scope;
    for (let up = path.depth; up > 0; up--) from = from?.outer;
    if (from === undefined) {
      throw new TagTrouble(
        `${path.original} leads out of the template: there is no block around`,
        path.loc.start,
      );
    }
    return from.kind === 'row' ? this.#rowField(parts, path) : path;
  }

  #rowField(parts: readonly string[], node: hbs.AST.Expression): hbs.AST.Expression {
    const [name, ...rest] = parts;
    if (name === undefined) {
      throw new TagTrouble('this tag names no field: it stands for the whole row', node.loc.start);
    }
    const field = findField(name, this.#schema);
    if (field === undefined) {
      throw new TagTrouble(unknownField(parts.join('.'), this.#schema), node.loc.start);
    }
    if (rest.length > 0 && !field.json) {
      const sentence = `${name} is text and has no part ${rest.join('.')}; --json-column ${name} reads it as JSON`;
      throw new TagTrouble(sentence, node.loc.start);
    }
    let number = this.fields.findIndex((known) => known.name === name);
    if (number < 0) number = this.fields.push(field) - 1;
    const original = `@f${number}`;
    return {
      type: 'PathExpression',
      data: true,
      depth: 0,
      parts: [`f${number}`, ...rest],
      original,
      loc: node.loc,
    } as unknown as hbs.AST.Expression;
  }

  #mustBeWalkable(path: hbs.AST.PathExpression, name: string, block: hbs.AST.BlockStatement): void {
    const field = path.data && /^@f(\d+)$/.exec(path.original);
    const read = field && path.parts.length === 1 ? this.fields[Number(field[1])] : undefined;
    if (read && !read.json) {
      const sentence = `{{#${name} ${read.name}}} needs a list or an object, and ${read.name} is text; --json-column ${read.name} reads it as JSON`;
      throw new TagTrouble(sentence, block.loc.start);
    }
  }

  #noBlock(name: string, use: HelperUse | undefined): string {
    if (use) return `${name} is no block; it is written like ${use.like}`;
    if (findField(name, this.#schema)) {
      return `{{#${name}}} is no block here; write {{#if ${name}}}, or {{#each ${name}}} for a list`;
    }
    return `there is no block helper called ${name}${meant(name)}`;
  }

  #noHelper(name: string, call: hbs.AST.MustacheStatement | hbs.AST.SubExpression, use?: HelperUse): string {
    if (use) return `${name} opens a block; it is written like ${use.like}`;
    const whole = [name, ...call.params.map(nameOf)].join(' ');
    const field = findField(whole, this.#schema);
    if (field) return `a name with blanks stands in brackets: {{[${whole}]}}`;
    return `there is no helper called ${name}${meant(name)}`;
  }
}

const NO_PARTIALS =
  'templates have no partials, decorators or raw blocks; write the text itself, or use mj-include';

function helper(name: string): HelperUse | undefined {
  return Object.hasOwn(HELPERS, name) ? HELPERS[name] : undefined;
}

function range(least: number, most: number): string {
  if (least === most) return least === 1 ? 'one value' : `${least} values`;
  return `${least} to ${most} values`;
}

function meant(name: string): string {
  // Any two names of three letters are near each other.
  const near = name.length > 3 ? nearest(name, Object.keys(HELPERS)) : undefined;
  return near === undefined ? `. There are: ${Object.keys(HELPERS).join(', ')}.` : `; did you mean ${near}?`;
}

function innerScope(block: hbs.AST.BlockStatement, use: HelperUse, scope: Scope): Scope {
  const names = block.program?.blockParams ?? [];
  if (new Set(names).size < names.length) {
    throw new TagTrouble(`two of the names |${names.join(' ')}| are the same`, block.loc.start);
  }
  if (use.block === 'branches') return scope;
  return { kind: 'item', names, rounds: scope.rounds + (use.block === 'items' ? 1 : 0), outer: scope };
}
