import fc from 'fast-check';
import { expect, test } from 'vitest';
import { html } from '../../../src/report/html/markup.js';
import { hardText } from '../rows.js';

test('text is text in the page, and only markup is markup', () => {
  const name = `<script>alert("1 & 2")</script>'`;
  expect(html`<p title="${name}">${name}</p>`.markup).toBe(
    '<p title="&lt;script&gt;alert(&quot;1 &amp; 2&quot;)&lt;/script&gt;&#39;">&lt;script&gt;alert(&quot;1 &amp; 2&quot;)&lt;/script&gt;&#39;</p>',
  );
  const items = ['<a>', 'b'].map((item) => html`<i>${item}</i>`);
  expect(html`<b>${items}${undefined}</b>`.markup).toBe('<b><i>&lt;a&gt;</i><i>b</i></b>');
});

test('no text whatever ends its element or its attribute, nor hides from the eye', () => {
  fc.assert(
    fc.property(hardText, (text) => {
      const { markup } = html`${text}`;
      expect(markup).not.toMatch(/[<>"']|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});
