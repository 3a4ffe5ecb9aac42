// What a name or path in a template reads: a field of the row, or a part of the list's item that is being walked.
// Knows Handlebars' paths and the fields there are; knows nothing of helpers, or of where a value stands.

import { type Field, findField, type Schema, unknownField } from './fields.js';
import { TagTrouble } from './source.js';
import { nameOf } from './tree.js';

/** What a path is read from: the row, or an item of a list. */
export interface Scope {
  readonly kind: 'row' | 'item';
  /** Names that a block gives to its items: `as |item index|`. */
  readonly names: readonly string[];
  /** How many `each` blocks are around: what `@index` needs. */
  readonly rounds: number;
  /** Whatever is read here comes from fields that may stand in the HTML as they are. */
  readonly raw: boolean;
  readonly outer: Scope | undefined;
}

export const ROW: Scope = { kind: 'row', names: [], rounds: 0, raw: false, outer: undefined };

/** Reads names of one template, and keeps the fields that they mean. */
export class Reader {
  /** Every field that is read; number i is `@f<i>` in the bound template. */
  readonly fields: Field[] = [];
  readonly #schema: Schema;

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  /**
   * The expression to be put in the place of a name or path.
   * @throws TagTrouble when it means nothing.
   */
  read(expression: hbs.AST.Expression, scope: Scope): hbs.AST.Expression {
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

  /** The field that an expression made by `read` is, or is a part of; undefined for what an item has. */
  fieldOf(expression: hbs.AST.Expression): Field | undefined {
    const path = expression as hbs.AST.PathExpression;
    const number = path.data ? /^@f(\d+)$/.exec(path.original)?.[1] : undefined;
    return number === undefined ? undefined : this.fields[Number(number)];
  }

  /** Whether all that an expression made by `read` gives may stand in the HTML as it is. */
  isRaw(expression: hbs.AST.Expression, scope: Scope): boolean {
    if (expression.type === 'SubExpression') {
      const { params, hash } = expression as hbs.AST.SubExpression;
      return [...params, ...(hash?.pairs ?? []).map((pair) => pair.value)].every((part) =>
        this.isRaw(part, scope),
      );
    }
    if (expression.type !== 'PathExpression') return true;
    return this.fieldOf(expression)?.raw ?? scope.raw;
  }

  #rowField(parts: readonly string[], node: hbs.AST.Expression): hbs.AST.Expression {
    const [name, ...rest] = parts;
    if (name === undefined) {
      throw new TagTrouble('this tag names no field: it stands for the whole row', node.loc.start);
    }
    const field = findField(name, this.#schema);
    if (field === undefined) {
      throw new TagTrouble(unknownField(parts.join('.'), this.#schema), node.loc.start, name);
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
}
