// Reads a JSON file as keys and values that know their places; comments and trailing commas are allowed.
// The only file that knows jsonc-parser. What the keys mean is settings-file.ts's matter.

import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { MailblastError, type Place } from '../../domain/errors.js';

/** A key of the file's one object. */
export interface Entry {
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: Value;
}

/** What JSON can say: `items` are an array's values, `entries` an object's. */
export interface Value {
  readonly type: 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object';
  /** For texts, numbers, true and false as they are written in JSON; else empty. */
  readonly text: string;
  readonly items: readonly Value[];
  readonly entries: readonly Entry[];
  readonly place: Place;
}

/** What jsonc-parser calls the first thing that is wrong, in words. */
const TROUBLES: Readonly<Record<string, string>> = {
  InvalidSymbol: 'JSON does not know this word; keys and texts stand in double quotes',
  InvalidNumberFormat: 'this is not a number',
  PropertyNameExpected: 'a key in double quotes is expected here',
  ValueExpected: 'a value is expected here',
  ColonExpected: 'a colon is expected before this',
  CommaExpected: 'a comma is expected before this',
  CloseBraceExpected: 'the closing } is missing',
  CloseBracketExpected: 'the closing ] is missing',
  EndOfFileExpected: 'the file should end before this',
  InvalidCommentToken: 'a comment begins with // or /*',
  UnexpectedEndOfComment: 'this comment has no end',
  UnexpectedEndOfString: 'this text has no closing quote',
  UnexpectedEndOfNumber: 'this number has no end',
  InvalidUnicode: 'a \\u in this text lacks its four hex digits',
  InvalidEscapeCharacter:
    'this text has a \\ before a character that takes none; a backslash is written \\\\',
  InvalidCharacter: 'this text holds a control character; write \\t or \\n',
};

/**
 * The entries in their order.
 * @throws MailblastError `settings` with the place where the text stops being JSON, or is not one object, or says a key twice.
 */
export function parseEntries(text: string, file: string): Entry[] {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined) {
    const trouble = TROUBLES[printParseErrorCode(error.error)] ?? 'this is not JSON';
    throw new MailblastError('settings', `${capital(trouble)}.`, {
      place: placeOf(error.offset, text, file),
    });
  }
  if (root?.type !== 'object') {
    throw new MailblastError('settings', 'The settings file holds one object: { "rate": "10/s", … }.', {
      place: placeOf(root?.offset ?? 0, text, file),
    });
  }
  return entriesOf(root, text, file);
}

function entriesOf(object: Node, text: string, file: string): Entry[] {
  const entries: Entry[] = [];
  for (const [keyNode, valueNode] of (object.children ?? []).map((property) => property.children ?? [])) {
    const key = String(keyNode!.value);
    const keyPlace = placeOf(keyNode!.offset, text, file);
    const earlier = entries.find((entry) => entry.key === key);
    if (earlier !== undefined) {
      throw new MailblastError(
        'settings',
        `${key} stands here and in line ${earlier.keyPlace.line}; keep one.`,
        {
          place: keyPlace,
        },
      );
    }
    entries.push({ key, keyPlace, value: valueAt(valueNode!, text, file) });
  }
  return entries;
}

function valueAt(node: Node, text: string, file: string): Value {
  const type = node.type === 'property' ? 'object' : node.type;
  return {
    type,
    text: ['string', 'number', 'boolean'].includes(type) ? String(node.value) : '',
    items: type === 'array' ? (node.children ?? []).map((child) => valueAt(child, text, file)) : [],
    entries: type === 'object' ? entriesOf(node, text, file) : [],
    place: placeOf(node.offset, text, file),
  };
}

function placeOf(offset: number, text: string, file: string): Place {
  const lines = text.slice(0, offset).split(/\r\n|\n|\r/);
  return { file, line: lines.length, column: [...lines.at(-1)!].length + 1 };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
