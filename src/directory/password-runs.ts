// Finds passwords that a finger draws on a keyboard or that count: runs, repeats and zigzags.

const rows = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop[]',
  'qwertzuiop',
  'azertyuiop',
  "asdfghjkl;'",
  'qsdfghjklm',
  'zxcvbnm,./',
  'yxcvbnm',
  'wxcvbn',
  '!@#$%^&*()_+',
  // The columns and diagonals of a number pad.
  ...['147', '258', '369', '159', '753', '852', '741', '963'],
  // Columns, from top to bottom.
  ...[
    '1qaz',
    '2wsx',
    '3edc',
    '4rfv',
    '5tgb',
    '6yhn',
    '7ujm',
    '8ik,',
    '9ol.',
    '0p;/',
    '1q',
    '2w',
    '3e',
    '4r',
    '5t',
  ],
];
const steps = new Set(
  rows.flatMap((row) => [...row].slice(1).flatMap((next, at) => [`${row[at]}${next}`, `${next}${row[at]}`])),
);
const leastRun = 3;

/** The shortest text that, written several times, makes the whole; the whole itself where there is none. */
export function repeatedUnit(text: string): string {
  // The first place, beyond the beginning, where the text is found in two copies of itself.
  const at = `${text}${text}`.indexOf(text, 1);
  return text.slice(0, at);
}

/** Whether the text is nothing but runs: `abcdef123456`, `qwertyuiop12`, `1q2w3e4r5t6y`. */
export function isRuns(text: string): boolean {
  if (text.length < leastRun) return false;
  const even = everySecond(text, 0);
  const odd = everySecond(text, 1);
  return isStraight(text) || (odd.length >= leastRun && isStraight(even) && isStraight(odd));
}

function isStraight(text: string): boolean {
  let length = 1;
  for (let at = 1; at < text.length; at += 1) {
    const [before = '', here = ''] = [text[at - 1], text[at]];
    if (before === here || steps.has(before + here)) length += 1;
    else if (length < leastRun) return false;
    else length = 1;
  }
  return length >= leastRun || text.length < leastRun;
}

function everySecond(text: string, from: number): string {
  return [...text].filter((_, at) => at % 2 === from).join('');
}
