import { escapeForTerminal } from '../terminal-text.js';

/** HTML that may stand in the page as it is: made by `html` alone, so text can't pass for it. */
export interface Markup {
  readonly markup: string;
}

type Part = string | number | Markup | undefined | readonly Part[];

/**
 * A piece of the page. Whatever is put in as text is escaped: for HTML, and for the eye, as control characters and bidi
 * marks are shown as `\u{202e}`. `undefined` is nothing, and a list is its parts.
 */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: String.raw({ raw: pieces }, ...parts.map(markupOf)) };
}

function markupOf(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  if ('markup' in part) return part.markup;
  return part.map(markupOf).join('');
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return escapeForTerminal(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** An element with the page's own style or script: files of this program, no text from elsewhere. */
export function ownElement(tag: 'style' | 'script', source: string): Markup {
  // Exactly the source: the page's policy names its hash.
  return {
    markup: tag === 'style' ? `<style>${source}</style>` : `<script type="module">${source}</script>`,
  };
}
