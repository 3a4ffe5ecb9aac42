// Small pieces of Handlebars' syntax tree: read by name, and made anew.
// Knows the tree's shapes; knows nothing of what they mean.

/** A path or literal as the template writes it. */
export function nameOf(expression: hbs.AST.Expression): string {
  return String((expression as hbs.AST.PathExpression).original ?? '');
}

/** The first field that a call works on, for its errors. */
export function firstName(call: { params: hbs.AST.Expression[]; path: hbs.AST.Expression }): string {
  for (const param of call.params) {
    if (param.type === 'PathExpression') return nameOf(param);
    if (param.type === 'SubExpression') return firstName(param as hbs.AST.SubExpression);
  }
  return nameOf(call.path);
}

/** A helper's name as an expression. */
export function pathTo(name: string, loc: hbs.AST.SourceLocation): hbs.AST.PathExpression {
  return { type: 'PathExpression', data: false, depth: 0, parts: [name], original: name, loc } as never;
}

export function numberNode(value: number, loc: hbs.AST.SourceLocation): hbs.AST.NumberLiteral {
  return { type: 'NumberLiteral', value, original: value, loc };
}

export function textNode(value: string, loc: hbs.AST.SourceLocation): hbs.AST.StringLiteral {
  return { type: 'StringLiteral', value, original: value, loc };
}

/** What a call says outright. What is left to a field is there as undefined. */
export interface Said {
  readonly values: readonly Literal[];
  readonly named: Readonly<Record<string, Literal>>;
}

type Literal = string | number | boolean | undefined;

export function saidBy(call: { params: hbs.AST.Expression[]; hash?: hbs.AST.Hash | undefined }): Said {
  return {
    values: call.params.map(literalOf),
    named: Object.fromEntries((call.hash?.pairs ?? []).map((pair) => [pair.key, literalOf(pair.value)])),
  };
}

function literalOf(expression: hbs.AST.Expression): Literal {
  return /^(?:String|Number|Boolean)Literal$/.test(expression.type)
    ? (expression as hbs.AST.StringLiteral).value
    : undefined;
}
