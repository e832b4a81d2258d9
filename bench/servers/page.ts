// The page that every server of the bench serves: two kilobytes of HTML with the name of whoever is signed in.
const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const filler = '<p>Everything on this page is the same for everybody but the name at its top.</p>\n'.repeat(
  24,
);

/** The whole document. */
export function page(name: string): string {
  const shown = name.replace(/[&<>"]/g, (character) => escapes[character] ?? '');
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Your page</title></head>
<body>
<h1>Hello, ${shown}</h1>
${filler}</body>
</html>
`;
}
