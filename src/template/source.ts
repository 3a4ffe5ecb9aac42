// A template's source text: from an offset to the line and column a person reads, and the trouble found there.
// Knows nothing of MJML, HTML or Handlebars.

import { MailblastError, type Place } from '../domain/errors.js';

/** Turns offsets of a text into lines and columns, both counted from 1. Lines end at `\n`. */
export class Lines {
  readonly #starts: readonly number[];

  constructor(text: string) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#starts = starts;
  }

  at(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.#starts[low]! + 1 };
  }

  /** The offset at which a line begins; the text's last line when there is no such line. */
  startOf(line: number): number {
    return this.#starts[Math.min(line, this.#starts.length) - 1] ?? 0;
  }
}

/**
 * Something wrong with a merge tag, at a line (from 1) and column (from 0, as Handlebars counts) of the text that was
 * being read. Whoever knows where that text came from makes a MailblastError of it.
 */
export class TagTrouble extends Error {
  override readonly name = 'TagTrouble';
  readonly line: number;
  readonly column: number;

  /** The name that means nothing, where that is the trouble. */
  readonly unknownField: string | undefined;

  constructor(
    sentence: string,
    at: { readonly line: number; readonly column: number },
    unknownField?: string,
  ) {
    super(sentence);
    this.unknownField = unknownField;
    this.line = at.line;
    this.column = at.column;
  }

  /** As the author hears it. */
  toError(placeOf: (line: number, column: number) => Place): MailblastError {
    const { unknownField } = this;
    return new MailblastError('data', this.message, {
      place: placeOf(this.line, this.column),
      ...(unknownField === undefined ? {} : { unknownField }),
    });
  }
}
