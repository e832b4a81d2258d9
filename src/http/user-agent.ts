// Says in words which browser on which system a user agent names. Whatever it is, it is somebody else's text.
import Bowser from 'bowser';

/** Browser and system in words; null for what is not known. */
export interface UserAgentWords {
  readonly browser: string | null;
  readonly system: string | null;
}

/** Longer ones are cut: those of browsers have 80 to 160 characters. */
export const longestUserAgent = 200;

/** The `User-Agent` of a request as it is kept: cut, without control characters. */
export function keptUserAgent(header: string | undefined): string {
  return (header ?? '').replace(/\p{Cc}/gu, '').slice(0, longestUserAgent);
}

// What is none of these was taken from the text as it came, so it may say anything.
const browsers = new Set<string>(Object.values(Bowser.BROWSER_MAP));
const systems = new Set<string>(Object.values(Bowser.OS_MAP));
const shortNames: Readonly<Record<string, string>> = {
  'Microsoft Edge': 'Edge',
  'Samsung Internet for Android': 'Samsung Internet',
};

/** Describes a user agent. Versions are left out: browsers freeze or invent them. */
export function describeUserAgent(userAgent: string): UserAgentWords {
  if (userAgent === '') return { browser: null, system: null };
  const { browser, os, platform } = Bowser.parse(userAgent.slice(0, longestUserAgent));
  const name = known(browser.name, browsers);
  // People know the thing in their hand, not what runs on it.
  const apple = platform.model === 'iPhone' || platform.model === 'iPad' ? platform.model : undefined;
  return {
    browser: name === null ? null : (shortNames[name] ?? name),
    system: os.name === 'iOS' && apple !== undefined ? apple : known(os.name, systems),
  };
}

function known(name: string | undefined, names: ReadonlySet<string>): string | null {
  return name !== undefined && names.has(name) ? name : null;
}
