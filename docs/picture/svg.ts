import type { Line, Piece } from './screen.js';

export interface Panel {
  caption: string;
  lines: readonly Line[];
}

/** Of one character, in pixels: `textLength` holds whatever font a reader has to it. */
const WIDTH = 8.4;
const HEIGHT = 19;
const MARGIN = 16;
/** Above each panel, for its caption. */
const GAP = 24;

const STYLE = `
  text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #1f2328; }
  rect { fill: #ffffff; stroke: #d0d7de; }
  .caption { font: 12px system-ui, sans-serif; fill: #59636e; }
  .bold { font-weight: 600; }
  .red { fill: #cf222e; } .green { fill: #1a7f37; } .yellow { fill: #9a6700; } .dim { fill: #59636e; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    rect { fill: #0d1117; stroke: #3d444d; }
    .caption { fill: #9198a1; }
    .red { fill: #ff7b72; } .green { fill: #3fb950; } .yellow { fill: #d29922; } .dim { fill: #9198a1; }
  }
`;

/** Screens of a terminal, one below the other, in light and dark as the reader's own system has it. */
export function svgOf(columns: number, panels: readonly Panel[]): string {
  const width = Math.ceil(columns * WIDTH) + 2 * MARGIN;
  let y = 1;
  const drawn = panels.map(({ caption, lines }) => {
    const kept = withoutBlankEnd(lines);
    const top = y + GAP;
    const height = kept.length * HEIGHT + 2 * MARGIN - 6;
    y = top + height;
    return [
      `<text class="caption" x="${MARGIN}" y="${top - 7}">${caption}</text>`,
      `<rect x="1" y="${top}" width="${width - 2}" height="${height}" rx="8"/>`,
      ...kept.flatMap((line, row) =>
        line.pieces.flatMap((piece) => textsOf(piece, top + MARGIN + 9 + row * HEIGHT)),
      ),
    ].join('\n');
  });
  const size = `width="${width}" height="${y + 2}" viewBox="0 0 ${width} ${y + 2}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">
<title>A run of cognito-bulk-reset at a terminal: its plan and progress, and its end</title>
<style>${STYLE}</style>
${drawn.join('\n')}
</svg>
`;
}

function withoutBlankEnd(lines: readonly Line[]): readonly Line[] {
  const last = lines.findLastIndex(({ text }) => text.trim() !== '' && text !== '$ ' && text !== '$');
  return lines.slice(0, last + 1);
}

/** Words that stand apart are texts of their own: a renderer may fold the blanks between them. */
function textsOf({ column, text, tone, bold }: Piece, y: number): string[] {
  const looks = [...(tone === 'plain' ? [] : [tone]), ...(bold ? ['bold'] : [])].join(' ');
  return [...text.matchAll(/\S+(?: \S+)*/g)].map(({ 0: words, index }) => {
    const x = round(MARGIN + (column + index) * WIDTH);
    const place = `x="${x}" y="${y}" textLength="${round(words.length * WIDTH)}"`;
    return `<text ${looks === '' ? '' : `class="${looks}" `}${place}>${escaped(words)}</text>`;
  });
}

const round = (value: number) => Number(value.toFixed(1));

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
