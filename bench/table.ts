import { isMet, type Result } from './benchmark.js';

/** Results as rows of Markdown, as they stand in BENCHMARKS.md. */
export function tableOf(results: readonly Result[]): string {
  const rows = results.map((result) => [
    result.what,
    `${shown(result.value)} ${result.unit}`,
    goalOf(result),
    (result.rounds ?? []).map(shown).join(' '),
  ]);
  const lines = [['what', 'measured', 'goal', 'each round'], ['---', '---', '---', '---'], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function goalOf(result: Result): string {
  const { goal } = result;
  if (goal === undefined) return '';
  const aim = 'atLeast' in goal && goal.aim !== undefined ? `, aim ${goal.aim}` : '';
  const wanted = 'atLeast' in goal ? `≥ ${goal.atLeast}${aim}` : `≤ ${goal.atMost}`;
  return `${wanted}: ${isMet(result) === true ? 'yes' : 'NO'}`;
}

function shown(value: number): string {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}
