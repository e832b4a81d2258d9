// A person signs in with the login form of the provider, and signs out here or there.
import { createBrowserClient, type Visit } from '../tests/support/browser-client.ts';
import { formAction, hiddenFields } from '../tests/support/local-provider-world.ts';
import { pause, type Scene, type SignedIn } from './scene.ts';

/** Tries again while something is away; null where the run is over first. */
export async function signIn(login: string, scene: Scene): Promise<SignedIn | null> {
  const { site, tally, outages, elapsed, lived } = scene;
  while (!scene.isOver()) {
    const from = elapsed();
    const browser = createBrowserClient();
    const done = await (async () => {
      const form = await browser.followAll(await browser.get(`${site}/protected`));
      if (form.status !== 200) return form;
      const typed = { login, password: 'lovelace' };
      return browser.followAll(await browser.post(formAction(form, '/sign-in'), typed));
    })().catch((error: Error) => error);
    const status = done instanceof Error ? 0 : done.status;
    tally.note('login', status);
    if (status === 200 && (done as Visit).url === `${site}/protected`) {
      lived.sessions += 1;
      return { login, browser, since: elapsed() };
    }
    const words = `login of ${login}: ${done instanceof Error ? done.message : `${status} ${done.url}`}`;
    if (status === 429) tally.offence('person limited', words);
    else if (status === 500) tally.offence('server error', words);
    else if (!outages.excuse(from, elapsed())) tally.offence('odd answer', words);
    await pause(scene, 2);
  }
  return null;
}

/** Ends the session and keeps what the browser had, to be shown again. */
export async function signOut(who: SignedIn, scene: Scene): Promise<void> {
  const before = { ...who, browser: who.browser.clone() };
  const isOut = Math.random() < 0.5 ? await signOutHere(who, scene) : await signOutThere(who, scene);
  scene.lived.seconds += scene.elapsed() - who.since;
  // Where the site was away all the time, nobody was told that they are signed out.
  if (!isOut) return;
  scene.ended.push(before);
  await expectEnded(before, scene, 'logout, shown again');
}

/** Shows the cookies of a session that has ended. */
export async function expectEnded(who: SignedIn, scene: Scene, kind: string): Promise<void> {
  const from = scene.elapsed();
  const visit = await who.browser
    .clone()
    .fetchJson(`${scene.site}/api/me`)
    .catch(() => null);
  const status = visit?.status ?? 0;
  scene.tally.note(kind, status);
  const words = `${who.login}, signed in ${Math.round(from - who.since)} s ago: ${status}`;
  if (status === 200) scene.tally.offence('session alive after its end', words);
  else if (status !== 401 && !scene.outages.excuse(from, scene.elapsed()))
    scene.tally.offence('odd answer', `${kind} of ${words}`);
}

/** With the button of the site. */
async function signOutHere({ browser, login }: SignedIn, scene: Scene): Promise<boolean> {
  const { site, tally, outages, elapsed } = scene;
  for (let tries = 0; tries < 20; tries += 1) {
    const from = elapsed();
    const answer = await browser.post(`${site}/logout`).catch(() => null);
    const status = answer?.status ?? 0;
    tally.note('logout here', status);
    if (answer?.status === 303) {
      // On to the provider, which ends its session too. It may be away; here the session has ended.
      await browser.followAll(answer).catch(() => undefined);
      return true;
    }
    if (!outages.excuse(from, elapsed())) {
      tally.offence('odd answer', `logout of ${login}: ${status}`);
      return false;
    }
    await pause(scene, 2);
  }
  return false;
}

/** At the provider, which tells the site through the back channel. */
async function signOutThere(who: SignedIn, scene: Scene): Promise<boolean> {
  const { browser, login } = who;
  const { site, issuer, tally, outages, elapsed } = scene;
  const from = elapsed();
  const done = await (async () => {
    const page = await browser.followAll(await browser.get(`${issuer}/session/end`));
    const sent = await browser.post(formAction(page, '/confirm'), hiddenFields(page));
    return browser.followAll(sent);
  })().catch(() => null);
  tally.note('logout at the provider', done?.status ?? 0);
  const now = await browser.fetchJson(`${site}/api/me`).catch(() => null);
  if (now?.status === 401) return true;
  // A message that finds nobody is not sent again.
  if (outages.excuse(from - 1, elapsed())) return signOutHere(who, scene);
  const words = `${login} signed out at the provider (${done?.status}), and the site says ${now?.status}`;
  tally.offence('session alive after its end', words);
  return false;
}
