// The people of a soak: residents stay signed in from the first minute to the last, visitors come and go.
import { setTimeout as wait } from 'node:timers/promises';
import { pause, type Scene } from './scene.ts';
import { signIn, signOut } from './sign-in.ts';
import { visitSomething } from './visits.ts';
import { tokenSeconds } from './world.ts';

/** Browsers at the same time. */
export const headcount = { residents: 24, visitors: 8 } as const;

const visitsPerStay = 8;

/** Everybody, until the scene is over. */
export async function letPeopleIn(scene: Scene): Promise<void> {
  const residents = Array.from({ length: headcount.residents }, (_, index) => reside(index, scene));
  const visitors = Array.from({ length: headcount.visitors }, (_, index) => comeAndGo(index, scene));
  await Promise.all([...residents, ...visitors]);
}

/** Every fourth has no rights, and all of them are one person. */
const loginOf = (index: number): string => (index % 4 === 3 ? 'ada' : `reader-${index + 1}`);

async function reside(index: number, scene: Scene): Promise<void> {
  // Else all tokens would be due in the same seconds, and an outage could fall between.
  await wait((index / headcount.residents) * tokenSeconds * 1000);
  const who = await signIn(loginOf(index), scene);
  if (who === null) return;
  scene.residents.push(who);
  while (!scene.isOver()) {
    await visitSomething(who, scene);
    await pause(scene);
  }
  scene.lived.seconds += scene.elapsed() - who.since;
}

async function comeAndGo(index: number, scene: Scene): Promise<void> {
  while (!scene.isOver()) {
    await pause(scene, 2);
    const who = await signIn(loginOf(index + headcount.residents), scene);
    if (who === null) return;
    for (let visits = 0; visits < visitsPerStay && !scene.isOver(); visits += 1) {
      await visitSomething(who, scene);
      await pause(scene);
    }
    await signOut(who, scene);
  }
}
