// Octets of CSV become rows with the lines they begin on. The only file that knows csv-parse.
// Knows quotes, separators and line ends (RFC 4180, and what people make of it); knows nothing of columns or addresses.

import { type CsvError, Parser } from 'csv-parse';
import { MailblastError } from '../domain/errors.js';

/** How a list is written. */
export interface Dialect {
  /** One character. */
  readonly delimiter: string;
  /** What ends a row. A lone CR only where it ends the first one; else it is data. */
  readonly lineEnds: readonly string[];
}

/** One row of cells, as written between their separators, quotes resolved. */
export interface CsvRow {
  /** The lines on which it begins and ends, counted from 1. They differ where quotes hold line breaks. */
  readonly line: number;
  readonly lastLine: number;
  readonly cells: readonly string[];
}

/**
 * The largest row in octets. An unclosed quote swallows what follows it, and must not fill the memory;
 * a row of real data is a thousand times smaller.
 */
const LARGEST_ROW = 1024 * 1024;

/** csv-parse may look back this many octets when it is given the next piece. */
const LOOK_AHEAD = 16;

/**
 * Reads rows from pieces of UTF-8, in bounded memory. A quote inside an unquoted cell is data, blank lines are passed
 * over but counted. A quote that is never closed, or closed as if it were not, is an error: it hides rows.
 */
export class CsvRows {
  readonly #file: string;
  readonly #dialect: Dialect;
  readonly #parser: RowParser;
  #rows: CsvRow[] = [];
  #trouble: MailblastError | undefined;
  /** Line of the next row, blank lines before it not counted. */
  #nextLine: number;
  /** What csv-parse's own counters said at the end of the last row. */
  #blankLines = 0;
  #lines = 0;
  #octets = 0;
  /** The octets from the end of the last row on (a little more, or less where blank lines were), and their offset. */
  #kept: Buffer = Buffer.alloc(0);
  #keptFrom = 0;

  /** `firstLine` is the line of the first octet. */
  constructor(file: string, dialect: Dialect, firstLine: number) {
    this.#file = file;
    this.#dialect = dialect;
    this.#nextLine = firstLine;
    this.#parser = new RowParser(dialect, (cells) => this.#take(cells));
  }

  /**
   * Takes the next piece and gives the rows that end in it.
   * @throws MailblastError `data` with the line on which the trouble begins.
   */
  async write(piece: Buffer): Promise<CsvRow[]> {
    if (piece.length === 0) return [];
    const blankBefore = this.#parser.info.empty_lines;
    const before = this.#keptFrom + this.#kept.length;
    this.#kept = this.#kept.length === 0 ? piece : Buffer.concat([this.#kept, piece]);
    await this.#parser.feed(piece);
    if (this.#trouble) throw this.#trouble;
    const blank = this.#parser.info.empty_lines > blankBefore;
    this.#forget(Math.max(this.#octets, blank ? before - LOOK_AHEAD : 0));
    if (this.#kept.length > LARGEST_ROW) throw this.#tooLarge();
    return this.#given();
  }

  /**
   * Gives the rows that the end of the list completes.
   * @throws MailblastError `data` for a quote that is still open.
   */
  async end(): Promise<CsvRow[]> {
    const error = await this.#parser.finish();
    if (this.#trouble) throw this.#trouble;
    if (error?.code === 'CSV_QUOTE_NOT_CLOSED') throw this.#neverClosed('the end of the list');
    if (error) throw error;
    return this.#given();
  }

  #given(): CsvRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  /** csv-parse counts a CRLF between quotes as two lines, and says where a row ends; so lines are counted here. */
  #take(cells: string[]): void {
    if (this.#trouble) return;
    const { info } = this.#parser;
    const blank = info.empty_lines - this.#blankLines;
    const line = this.#nextLine + blank;
    // Its count is never too small, and counting in every cell costs a tenth of the reader's speed.
    const breaks = info.lines - this.#lines === 1 + blank ? 0 : this.#breaks(cells);
    if (breaks > 0) this.#trouble = this.#hiddenRows(cells, line, info.bytes);
    this.#blankLines = info.empty_lines;
    this.#lines = info.lines;
    this.#octets = info.bytes;
    this.#nextLine = line + breaks + 1;
    this.#rows.push({ line, lastLine: line + breaks, cells });
  }

  /**
   * Where a quote that ends no cell follows a line break, csv-parse takes everything since the cell's first quote as
   * data, rows included. Such a cell is told by this: its quoted form does not stand in the octets of its row.
   */
  #hiddenRows(cells: string[], line: number, end: number): MailblastError | undefined {
    const at = cells.findIndex((cell) => {
      if (!cell.startsWith('"') || this.#breaks([cell]) === 0) return false;
      const start = Math.max(0, this.#octets - this.#keptFrom);
      return !this.#kept
        .toString('utf8', start, end - this.#keptFrom)
        .includes(`"${cell.replaceAll('"', '""')}"`);
    });
    if (at < 0) return undefined;
    return this.#atQuote(line, cells.slice(0, at), `is not closed before line ${line + this.#breaks(cells)}`);
  }

  #neverClosed(until: string): MailblastError {
    const cells = this.#unfinished();
    return this.#atQuote(this.#unfinishedLine(), cells.slice(0, -1), `is not closed before ${until}`);
  }

  #tooLarge(): MailblastError {
    const cells = this.#unfinished();
    if (cells.at(-1)?.endsWith('\n')) return this.#neverClosed('a megabyte has passed');
    return new MailblastError(
      'data',
      'The row that begins here is longer than a megabyte; this is no list of recipients.',
      {
        place: { file: this.#file, line: this.#unfinishedLine() },
      },
    );
  }

  #atQuote(line: number, before: readonly string[], how: string): MailblastError {
    return new MailblastError(
      'data',
      `The quote that opens cell ${before.length + 1} of this row ${how}. Close it; a quote that belongs to a quoted text is written twice.`,
      { place: { file: this.#file, line: line + this.#breaks(before) } },
    );
  }

  #unfinishedLine(): number {
    return this.#nextLine + this.#parser.info.empty_lines - this.#blankLines;
  }

  /** The cells of the row that has no end yet, ended by force. */
  #unfinished(): string[] {
    return sampleRows(this.#kept, this.#dialect)[0] ?? [];
  }

  #breaks(cells: readonly string[]): number {
    const breaks = this.#dialect.lineEnds.includes('\r') ? /\r\n|\n|\r/g : /\n/g;
    return cells.reduce((sum, cell) => sum + (cell.match(breaks)?.length ?? 0), 0);
  }

  #forget(until: number): void {
    const from = Math.min(until - this.#keptFrom, this.#kept.length);
    if (from <= 0) return;
    this.#kept = this.#kept.subarray(from);
    this.#keptFrom += from;
  }
}

/**
 * The rows of some octets, to judge how they are written; the last one is ended by force. Never throws.
 * If a quote was open, the last cell of the last row ends in a line break.
 */
export function sampleRows(octets: Buffer, dialect: Dialect): string[][] {
  const rows: string[][] = [];
  const parser = new RowParser(dialect, (cells) => rows.push(cells));
  // Closes an open quote, or opens one that is never read; and blank lines, for csv-parse to look ahead at.
  parser.write(Buffer.concat([octets, Buffer.from(`\n"${'\n'.repeat(LOOK_AHEAD)}`)]));
  parser.destroy();
  return rows;
}

/**
 * csv-parse, its rows handed over as they are found. `on_record` would do this too, and halves the speed with the
 * context that it makes for every row; the stream's own way, a read for each row, does not tell where a row lay.
 */
class RowParser extends Parser {
  readonly #row: (cells: string[]) => void;
  #failed: CsvError | undefined;

  constructor(dialect: Dialect, row: (cells: string[]) => void) {
    super({
      delimiter: dialect.delimiter,
      record_delimiter: [...dialect.lineEnds],
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
    });
    this.#row = row;
    this.on('error', (error: CsvError) => {
      this.#failed = error;
    });
  }

  /** What csv-parse calls with every row, and the stream with null at the end. */
  override push(cells: string[] | null): boolean {
    if (cells !== null) this.#row(cells);
    return true;
  }

  async feed(piece: Buffer): Promise<void> {
    await new Promise<void>((resolve) => this.write(piece, () => resolve()));
    if (this.#failed) throw this.#failed;
  }

  /** Ends the input and gives the error that this shows, if any. */
  async finish(): Promise<CsvError | undefined> {
    await new Promise<void>((resolve) => this.end(() => resolve()));
    return this.#failed;
  }
}
