// The house: rooms and their levels, vendor walls, and the habits of every file.
import { describe, expect, it } from 'vitest';
import {
  barrels,
  doorsWithCode,
  emptyNames,
  missingOpenings,
  namesNotKebabCase,
  silencedTests,
  tooLong,
} from './checks/file-habits.ts';
import { appBehindTheDoors, misdirectedImports, unknownRooms, usesOfTheTestKit } from './checks/rooms.ts';
import { filesBelow, sources } from './checks/source-files.ts';
import { breachedWalls } from './checks/walls.ts';

const files = sources();
const support = [...filesBelow('scripts', ['.ts'], '.'), ...filesBelow('tests/support', ['.ts'], '.')];

describe('the house', () => {
  it('has only rooms that are in its plan', () => expect(unknownRooms(files)).toEqual([]));
  it('has imports that point downwards', () => expect(misdirectedImports(files)).toEqual([]));
  it('has an app that uses the doors and nothing deeper', () => expect(appBehindTheDoors(files)).toEqual([]));
  it('runs without the test kit', () => expect(usesOfTheTestKit(files)).toEqual([]));
  it('keeps vendors and globals behind their walls', () => expect(breachedWalls(files)).toEqual([]));
  it('has doors that only re-export', () => expect(doorsWithCode(files)).toEqual([]));
  it('has no barrels inside its rooms', () => expect(barrels(files)).toEqual([]));
});

describe('every file', () => {
  it('has a name that says something', () => expect(emptyNames([...files, ...support])).toEqual([]));
  it('is named in kebab-case', () => expect(namesNotKebabCase([...files, ...support])).toEqual([]));
  it('opens with a line that says its job', () =>
    expect(missingOpenings([...files, ...support])).toEqual([]));
  it('has at most 200 lines', () => expect(tooLong([...files, ...support])).toEqual([]));
});

describe('every test', () => {
  it('runs', () => expect(silencedTests(filesBelow('tests', ['.ts'], '.'))).toEqual([]));
});
