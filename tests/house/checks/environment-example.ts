// Compares `.env.example` with the variables that the app reads.

/** Names given in the file, set or commented out (`# NAME=`). */
export const exampleNames = (text: string): string[] =>
  [...text.matchAll(/^(?:#\s?)?([A-Z][A-Z0-9_]*)=/gm)].map(([, name = '']) => name);

/** One line for each name that is in one place and not in the other, or twice in the example. */
export const environmentDrift = (example: string, variables: readonly string[]): string[] => {
  const names = exampleNames(example);
  return [
    ...variables.filter((name) => !names.includes(name)).map((name) => `${name} is not in .env.example`),
    ...names.filter((name) => !variables.includes(name)).map((name) => `${name} is read by nobody`),
    ...names.filter((name, at) => names.indexOf(name) !== at).map((name) => `${name} is there twice`),
  ];
};
