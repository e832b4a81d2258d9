// Notes about a request: each kind for itself, out of everybody's reach, and gone with the request.
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { createNote } from '../../src/request-notes.ts';

it('are found on the object they were written about, and on no other', () => {
  const note = createNote<string>();
  const [one, other] = [{}, {}];
  note.set(one, 'first');
  expect([note.get(one), note.get(other)]).toEqual(['first', undefined]);
  note.set(one, 'second');
  expect(note.get(one)).toBe('second');
});

it('of several kinds stand side by side, also where one holds nothing', () => {
  const [names, counts] = [createNote<string | undefined>(), createNote<number>()];
  const about = {};
  counts.set(about, 0);
  names.set(about, undefined);
  expect([names.get(about), counts.get(about)]).toEqual([undefined, 0]);
});

it('are not mistaken for one another where a note is what another one holds', () => {
  const inner = createNote<string>();
  const outer = createNote<object>();
  const about = {};
  outer.set(about, inner);
  expect(inner.get(about)).toBeUndefined();
});

it('are not to be seen, listed, copied or inherited', () => {
  const note = createNote<string>();
  const about = { path: '/' };
  note.set(about, 'a secret');
  expect(inspect(about, { showHidden: true, depth: 9 })).not.toContain('a secret');
  expect(Reflect.ownKeys(about)).toEqual(['path']);
  expect(note.get({ ...about })).toBeUndefined();
  expect(note.get(structuredClone(about))).toBeUndefined();
  expect(note.get(Object.create(about))).toBeUndefined();
});

it('stand on objects that nobody can change', () => {
  const note = createNote<string>();
  const about = Object.freeze({});
  note.set(about, 'kept');
  expect(note.get(about)).toBe('kept');
});
