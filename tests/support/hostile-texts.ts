// Texts that try to become markup, script or template code, and the look at a page that they did not.
import { expect } from 'vitest';

/** Elements, attributes and links that only an attacker would have put there. */
export const expectHarmless = (html: string): void => {
  expect(html).not.toMatch(/<(?:img|svg|iframe|object|embed|base|meta http-equiv)\b(?! src="\/assets\/)/i);
  expect(html.match(/<script\b[^>]*>/g)).toEqual([
    expect.stringMatching(/^<script src="\/assets\/times\.js[^"]*" defer>$/),
  ]);
  expect(html).not.toMatch(/<[a-z][^>]*\son\w+\s*=/i);
  for (const [, href = ''] of html.matchAll(/\s(?:href|src|action)="([^"]*)"/g)) {
    expect(href).toMatch(/^(?:\/(?!\/)|#|https:\/\/|http:\/\/127\.0\.0\.1:)/);
  }
};

/** With the number of the case they belong to. */
export const payloads = [
  ['AT-01a', '<script>alert(1)</script>'],
  ['AT-01b', '"><img src=x onerror=alert(1)>'],
  ['AT-01b', "' autofocus onfocus='alert(1)"],
  ['AT-01c', 'javascript:alert(document.domain)'],
  ['AT-01c', 'https://evil.example/"onmouseover="alert(1)'],
  ['AT-01d', '</script><script>alert(1)</script>\u2028\u2029'],
  ['AT-01d', '</title></textarea></style>--><svg onload=alert(1)>'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template is what the text pretends to be
  ['AT-01e', '{{7*7}} ${7*7} <%= 7*7 %> <%- include("/etc/passwd") %> #{7*7} [[7*7]]'],
  ['AT-01', '\u202egnp.exe\u0000\u0007&lt;b&gt;&amp;'],
] as const;

/** As EJS writes the text into a page. */
export const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&#34;')
    .replaceAll("'", '&#39;');
