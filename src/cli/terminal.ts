// What is written for people's eyes: colours where they are wanted, lines as wide as the terminal, and nothing that a
// terminal would obey. Knows terminals; knows nothing of what is said.

import stringWidth from 'string-width';

export type Ink = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';

const CODES: Readonly<Record<Ink, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
  cyan: [36, 39],
};

export interface Terminal {
  /** Columns of the screen; 100 where there is none. */
  readonly width: number;
  /** The text in that ink, or as it is where colours are not wanted. */
  ink(ink: Ink, text: string): string;
}

/** Colours are wanted on a terminal that has them, unless NO_COLOR is set (https://no-color.org/). */
export function terminalOf(stream: NodeJS.WriteStream): Terminal {
  const colours = stream.isTTY === true && (process.env.NO_COLOR ?? '') === '' && stream.hasColors();
  return {
    width: stream.isTTY === true ? Math.max(40, stream.columns) : 100,
    ink: (ink, text) => (colours ? `\u001b[${CODES[ink][0]}m${text}\u001b[${CODES[ink][1]}m` : text),
  };
}

/** Strangers' words, such as a cell or a DNS record: what a terminal would obey is taken out. */
export function forTerminals(line: string): string {
  return line.replace(/[\p{Cc}\p{Cf}]+/gu, '?');
}

/** The text on lines of that width at the most, each behind `indent`. A longer word stands alone. */
export function wrapped(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  const room = width - stringWidth(indent);
  let line = '';
  let filled = 0;
  for (const word of text.split(' ')) {
    const columns = stringWidth(word);
    if (line !== '' && filled + 1 + columns > room) {
      lines.push(indent + line);
      line = '';
      filled = 0;
    }
    line = line === '' ? word : `${line} ${word}`;
    filled = line === word ? columns : filled + 1 + columns;
  }
  return [...lines, indent + line];
}

/** Filled with blanks behind it; wide characters count two columns. */
export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - stringWidth(text)));
}
