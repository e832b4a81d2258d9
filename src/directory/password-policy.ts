// Which passwords may be chosen: long enough, and not among the first that anybody would try. Nothing about composition.
import { normalPassword } from '../crypto/password.ts';
import { frequentPasswords } from './frequent-passwords.ts';
import { isRuns, repeatedUnit } from './password-runs.ts';

/** Why a password was refused: a stable code, and a sentence for whoever chose it. */
export interface PasswordProblem {
  readonly code:
    | 'password_too_short'
    | 'password_too_long'
    | 'password_too_common'
    | 'password_too_close'
    | 'password_unchanged';
  readonly words: string;
}

/** Options of `createPasswordPolicy`. */
export interface PasswordPolicyOptions {
  /** Characters. Default 12; 8 is the least. */
  readonly minLength?: number;
  /** Words that everybody would try here, such as the product's name. Default: `latchkey`. */
  readonly contextWords?: readonly string[];
}

/** Judges a new password. `about` is what others know of the person: user name, name, e-mail address. */
export type PasswordPolicy = (password: string, about?: readonly (string | null)[]) => PasswordProblem | null;

/** The most characters that a password may have. In UTF-8 that is up to a kilobyte, hashed to the last byte. */
export const longestPassword = 256;
const leastEver = 8;
/** Digits and signs around a word that still make it an easy guess; with more, they are what is hard about it. */
const mostAround = 6;
/** What has to be left of a password without names and common words in it. */
const leastOwn = 8;

/** Makes the policy. */
export function createPasswordPolicy(options: PasswordPolicyOptions = {}): PasswordPolicy {
  const minLength = Math.max(leastEver, options.minLength ?? 12);
  const product = (options.contextWords ?? ['latchkey']).flatMap(wordsIn);
  return (password, about = []) => {
    const text = normalPassword(password);
    // Code points, as NIST SP 800-63B section 3.1.1.2 counts.
    const length = [...text].length;
    if (length < minLength) {
      return {
        code: 'password_too_short',
        words: `Use at least ${minLength} characters. A few words in a row are easy to keep in mind.`,
      };
    }
    if (length > longestPassword) {
      return { code: 'password_too_long', words: `Use at most ${longestPassword} characters.` };
    }
    if (spellings(text).some(isCommon)) {
      return {
        code: 'password_too_common',
        words: 'Many people use this password or one like it, so it is guessed early. Choose another one.',
      };
    }
    const known = [...product, ...about.flatMap((each) => wordsIn(each ?? ''))];
    if (spellings(text).some((spelling) => isMadeOf(spelling, known))) {
      return {
        code: 'password_too_close',
        words: 'This is close to your name, your address or the name of this site. Choose something else.',
      };
    }
    return null;
  };
}

/** Lower case: as it is, and with the letters that digits and signs stand for, in all of it or within the word. */
function spellings(text: string): readonly string[] {
  const lower = text.normalize('NFKC').toLowerCase();
  const word = withoutAround(lower);
  const within = lower.replace(word, () => inLetters(word));
  const all = inLetters(lower);
  return [...new Set([lower, within, all, all.replaceAll('i', 'l')])];
}

function inLetters(text: string): string {
  return [...text].map((character) => letterOf.get(character) ?? character).join('');
}

/** Without the digits and signs before the first letter and after the last. */
function withoutAround(text: string): string {
  return text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
}

const letterOf = new Map(
  Object.entries({ 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', '@': 'a', $: 's', '!': 'i' }),
);

function isCommon(text: string): boolean {
  const unit = repeatedUnit(text);
  if (unit.length < text.length && (unit.length < leastEver || isCommon(unit))) return true;
  const solid = text.replace(/[\s._-]+/g, '');
  if (solid === '' || isRuns(text) || isRuns(solid)) return true;
  const bare = withoutAround(solid);
  if (solid.length - bare.length > mostAround) return false;
  return isWordOrTwo(solid) || isWordOrTwo(bare);
}

/** A common word, two of them, or one and a run of keys. */
function isWordOrTwo(text: string): boolean {
  if (frequentPasswords.has(text)) return true;
  for (let at = leastRunOfWord; at <= text.length - leastRunOfWord; at += 1) {
    const [first, second] = [text.slice(0, at), text.slice(at)];
    if (isWordOrRun(first) && isWordOrRun(second)) return true;
  }
  return false;
}

const leastRunOfWord = 3;

function isWordOrRun(text: string): boolean {
  return frequentPasswords.has(text) || isRuns(text);
}

/** Whether little is left when the known words are taken out. */
function isMadeOf(text: string, known: readonly string[]): boolean {
  const found = known.filter((word) => text.includes(word));
  if (found.length === 0) return false;
  const longestFirst = [...new Set(found)].sort((a, b) => b.length - a.length);
  const rest = longestFirst.reduce((left, word) => left.replaceAll(word, ' '), text);
  const own = rest.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== '' && !frequentPasswords.has(part));
  return own.join('').length < leastOwn;
}

/** The parts of a name or an address that are long enough to mean something, and the whole without its signs. */
function wordsIn(text: string): readonly string[] {
  const lower = text.normalize('NFKC').toLowerCase();
  const parts = lower.split(/[^\p{L}\p{N}]+/u);
  return [...parts, parts.join('')].filter((part) => part.length >= 3);
}
