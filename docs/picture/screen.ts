import type { IBufferCell, Terminal } from '@xterm/headless';

/** Of the sixteen colours that a terminal has, those that the program uses; the rest is plain. */
export type Tone = 'plain' | 'red' | 'green' | 'yellow' | 'dim';

/** Characters beside each other that look the same. */
export interface Piece {
  column: number;
  text: string;
  tone: Tone;
  bold: boolean;
}

export interface Line {
  text: string;
  pieces: Piece[];
}

const PALETTE: Readonly<Record<number, Tone>> = { 1: 'red', 2: 'green', 3: 'yellow', 8: 'dim' };

/** The screen of a terminal down to the cursor's line; a prompt keeps the blank at its end. */
export function linesOf({ buffer: { active }, cols }: Terminal): Line[] {
  const last = active.baseY + active.cursorY;
  return Array.from({ length: last + 1 }, (_, index) => {
    const row = active.getLine(index);
    const pieces: Piece[] = [];
    for (let column = 0; column < cols; column++) {
      const cell = row?.getCell(column);
      if (cell === undefined || cell.getChars() === '') continue;
      const look = { tone: toneOf(cell), bold: cell.isBold() !== 0 };
      const before = pieces.at(-1);
      const goesOn =
        before !== undefined &&
        before.column + before.text.length === column &&
        before.tone === look.tone &&
        before.bold === look.bold;
      if (goesOn) before.text += cell.getChars();
      else pieces.push({ column, text: cell.getChars(), ...look });
    }
    return { text: row?.translateToString(true) ?? '', pieces };
  });
}

function toneOf(cell: IBufferCell): Tone {
  if (cell.isDim() !== 0) return 'dim';
  return cell.isFgPalette() ? (PALETTE[cell.getFgColor()] ?? 'plain') : 'plain';
}
