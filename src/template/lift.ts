// Takes merge tags out of an MJML source before MJML reads it, and leaves words in their places that MJML passes on:
// MJML would end an attribute at a quote inside a tag, and call a tag in a colour an invalid colour.
// Comments of the author are left out, and included files put in. Knows nothing of what MJML makes of the words.

import { MailblastError, type Place } from '../domain/errors.js';
import { type Include, openFile, openInclude, type SourceFile } from './include.js';
import { escapesBefore, nextTag, type TagKind } from './scan.js';
import { advance, BEGINNING, type Standing } from './standing.js';

/** A tag that was taken out. Its number is its index, and stands in its word. */
export interface LiftedTag {
  readonly kind: TagKind;
  /** As the author wrote it. */
  readonly source: string;
  readonly place: Place;
  /** The element and attribute that it was taken out of; empty when it stood in no attribute. */
  readonly element: string;
  readonly attribute: string;
}

export interface Lifted {
  /** MJML with a word for each tag. */
  readonly mjml: string;
  readonly tags: readonly LiftedTag[];
  /** What all words begin with; a word is this, a number and `z`, in letters and digits only. */
  readonly marker: string;
  /** Where in the author's files an offset of `mjml` comes from. */
  placeOf(offset: number): Place;
  /** Every file that was read, the template first. */
  readonly files: readonly SourceFile[];
}

/**
 * Lifts the tags of a template and of what it includes.
 * @throws MailblastError `data` for a tag that is never closed or that templates here do not have, and what
 * `openInclude` throws.
 */
export function liftTags(path: string, text: string): Lifted {
  for (let marker = 'mbtag'; ; marker += 'q') {
    const lifter = new Lifter(marker);
    lifter.file(openFile(path, text));
    if (!lifter.files.some((file) => file.text.toLowerCase().includes(marker))) return lifter.done();
  }
}

/** A run of the result, and where it comes from. */
interface Chunk {
  readonly text: string;
  readonly file: SourceFile;
  readonly at: number;
}

/** Where something other than plain text begins. */
const STOPS = /\{\{|<!--|<mj-include\b|<\/mj-head\b|<mj-body\b|<mj-title\b[^>{]*>/gi;

class Lifter {
  readonly files: SourceFile[] = [];
  readonly #marker: string;
  readonly #tags: LiftedTag[] = [];
  #chunks: Chunk[] = [];
  /** What included files have in their heads; goes to the end of the template's own. */
  #head: Chunk[] = [];
  #headAt: number | undefined;
  #headIsThere = false;
  #here: Standing = BEGINNING.html;

  constructor(marker: string) {
    this.#marker = marker;
  }

  file(file: SourceFile): void {
    this.files.push(file);
    this.#read(file, 0, file.text.length);
  }

  #read(file: SourceFile, from: number, to: number): void {
    let at = from;
    const stops = new RegExp(STOPS);
    while (at < to) {
      stops.lastIndex = at;
      const stop = stops.exec(file.text);
      if (stop === null || stop.index >= to) {
        this.#emit(file, at, to);
        return;
      }
      if (stop[0] === '{{') {
        at = this.#tag(file, at);
        continue;
      }
      this.#emit(file, at, stop.index);
      at = this.#markup(file, stop.index, stop[0]);
    }
  }

  /** Handles a comment, an include or the head's end; gives the offset behind it. */
  #markup(file: SourceFile, at: number, stop: string): number {
    const markup = this.#here.mode === 'text' && this.#here.pending === '';
    if (
      markup &&
      stop === '<!--' &&
      !this.#here.outlook &&
      !KEPT_COMMENT.test(file.text.slice(at, at + 200))
    ) {
      const end = file.text.indexOf('-->', at + 4);
      const comment = file.text.slice(at, end < 0 ? undefined : end + 3);
      this.#put(comment.replace(/[^\n]+/g, ''), file, at);
      return at + comment.length;
    }
    if (markup && /^<mj-include/i.test(stop)) return this.#include(openInclude(file, at, this.files));
    if (markup && file === this.files[0] && /^<(?:\/mj-head|mj-body)/i.test(stop)) {
      const ends = stop.startsWith('</');
      if (ends || this.#headAt === undefined) this.#headAt = this.#chunks.length;
      this.#headIsThere ||= ends;
    }
    this.#emit(file, at, at + stop.length);
    return at + stop.length;
  }

  #include(include: Include): number {
    const { file, head, body, wrap } = include;
    if (!this.files.includes(file)) this.files.push(file);
    if (head) {
      const kept = { chunks: this.#chunks, here: this.#here };
      this.#chunks = [];
      this.#here = BEGINNING.html;
      this.#wrapped(file, head, include.wrapHead);
      this.#head.push(...this.#chunks);
      this.#chunks = kept.chunks;
      this.#here = kept.here;
    }
    if (body) this.#wrapped(file, body, wrap);
    return include.end;
  }

  #wrapped(
    file: SourceFile,
    [from, to]: readonly [number, number],
    [open, close]: readonly [string, string],
  ): void {
    this.#put(open, file, from);
    this.#read(file, from, to);
    this.#put(close, file, to);
  }

  /** Lifts the next tag, with the text before it; gives the offset behind it. */
  #tag(file: SourceFile, from: number): number {
    const tag = nextTag(file.text, from)!;
    this.#emit(file, from, tag.start - escapesBefore(file.text, tag, from));
    const place = placeIn(file, tag.start);
    if (tag.end < 0)
      throw new MailblastError('data', 'the merge tag that begins here is never closed', { place });
    const source = file.text.slice(tag.start, tag.end);
    if (tag.kind === 'foreign') {
      const sentence = `${source} cannot be used: templates have no partials, decorators or raw blocks; write the text itself, or use mj-include`;
      throw new MailblastError('data', sentence, { place });
    }
    // A comment that strips blanks around it is left for Handlebars.
    const silent = tag.kind === 'comment' && !/^\{\{~|~\}\}$/.test(source);
    if (!silent)
      this.#word({ kind: tag.kind === 'comment' ? 'block' : tag.kind, source, place }, file, tag.start);
    return tag.end;
  }

  #word(tag: Pick<LiftedTag, 'kind' | 'source' | 'place'>, file: SourceFile, at: number): void {
    const { mode, outlook, element, attribute } = this.#here;
    const word = `${this.#marker}${this.#tags.length}z`;
    const inAttribute = mode === 'value' || mode === 'before-value';
    this.#tags.push({ ...tag, element, attribute: inAttribute ? attribute : '' });
    // MJML drops stray text between its elements, and HTML moves it out of tables; comments stay where they are.
    const text = tag.kind === 'block' && mode === 'text' && !outlook ? `<!--${word}-->` : word;
    this.#put(text, file, at);
  }

  /** Passes a part of a file on. */
  #emit(file: SourceFile, from: number, to: number): void {
    const text = file.text.slice(from, to);
    // MJML writes the title into an attribute as well.
    const titled = this.#here.mode === 'raw' && this.#here.element === 'mj-title';
    this.#put(titled ? text.replace(/^[^<]+/, (title) => title.replaceAll('"', '&quot;')) : text, file, from);
  }

  #put(text: string, file: SourceFile, at: number): void {
    if (text === '') return;
    this.#chunks.push({ text, file, at });
    this.#here = advance(this.#here, text);
  }

  done(): Lifted {
    const chunks = this.#withHead();
    const starts: number[] = [];
    let mjml = '';
    for (const chunk of chunks) {
      starts.push(mjml.length);
      mjml += chunk.text;
    }
    const placeOf = (offset: number): Place => {
      let index = starts.length - 1;
      while (index > 0 && starts[index]! > offset) index--;
      const chunk = chunks[index];
      if (!chunk) return { file: this.files[0]!.path };
      return placeIn(chunk.file, Math.min(chunk.at + offset - starts[index]!, chunk.file.text.length));
    };
    return { mjml, tags: this.#tags, marker: this.#marker, placeOf, files: this.files };
  }

  #withHead(): readonly Chunk[] {
    if (this.#head.length === 0 || this.#headAt === undefined) return this.#chunks;
    const { file, at } = this.#head[0]!;
    const open = this.#headIsThere ? [] : [{ text: '<mj-head>', file, at }];
    const close = this.#headIsThere ? [] : [{ text: '</mj-head>', file, at }];
    return this.#chunks.toSpliced(this.#headAt, 0, ...open, ...this.#head, ...close);
  }
}

/** Conditional comments, and what ends those that everybody but Outlook reads. */
const KEPT_COMMENT = /^<!--(?:\[if|\s*<!\[endif\]|-?>)/i;

function placeIn(file: SourceFile, offset: number): Place {
  return { file: file.path, ...file.lines.at(offset) };
}
