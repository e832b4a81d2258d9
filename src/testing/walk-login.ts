// Walks the login as a browser does: the app's login, the provider, the callback. Stops before the page behind it.
import { pageRequest, type Visit, type Visitor } from './visitor.ts';

const mostHops = 20;

/** What the app or the provider said, in one line. */
const wordsOf = async ({ url, response }: Visit): Promise<string> => {
  const text = (await response.text())
    .replace(/<(style|script|title)[^>]*>.*?<\/\1>/gs, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return `${url.origin}${url.pathname} answered ${response.status}${text === '' ? '' : `: ${text.slice(0, 300)}`}`;
};

const isSignedIn = ({ jar }: Visitor): boolean => jar.has(/^(?:__Host-)?latchkey\.sid$/);

const explain = async (visitor: Visitor, visit: Visit, login: URL): Promise<Error> => {
  const words = await wordsOf(visit);
  if (visitor.isProvider(visit.url)) {
    return new Error(`signedIn: the provider did not sign the person in. ${words}`);
  }
  const hint =
    visit.url.pathname === login.pathname && visit.response.status === 404
      ? ' Has the app a base path? Give it as baseUrl: signedIn(app, user, { baseUrl: "http://localhost:3000/path" }).'
      : '';
  return new Error(`signedIn: the login did not end in a session. ${words}${hint}`);
};

/**
 * Signs in from the app's login address.
 * @throws Error with what the app or the provider said instead
 */
export const walkLogin = async (visitor: Visitor, login: URL): Promise<void> => {
  let visit = await visitor.toApp(login, pageRequest);
  let isBack = false;
  for (let hops = 0; visit.next !== null; hops += 1) {
    if (hops === mostHops)
      throw new Error(`signedIn: more than ${mostHops} redirects, last to ${visit.next}`);
    const { next } = visit;
    if (visitor.isProvider(visit.url)) {
      if (visitor.isProvider(next)) {
        throw new Error(
          `signedIn: the provider at ${next.origin} shows pages of its own; it is no test provider`,
        );
      }
      visitor.learnAppOrigin(next);
      visit = await visitor.toApp(next, { ...pageRequest, site: 'cross-site' });
      isBack = true;
      continue;
    }
    if (visitor.isApp(next)) {
      if (isBack && isSignedIn(visitor)) return;
      visit = await visitor.toApp(next, pageRequest);
      continue;
    }
    visitor.learnProviderOrigin(next);
    visit = await visitor.toProvider(next, pageRequest);
  }
  if (!(isBack && isSignedIn(visitor))) throw await explain(visitor, visit, login);
};
