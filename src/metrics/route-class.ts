// Which kind of route a request is for: a name from a fixed set, never the path itself.

/** Path prefixes of the app, below its base path, and what their times are shown under. */
export const appRoutes: Readonly<Record<string, string>> = {
  '/login': 'login',
  '/auth-callback': 'callback',
  '/logout': 'logout',
  '/backchannel-logout': 'back_channel_logout',
  '/frontchannel-logout': 'front_channel_logout',
  '/api': 'api',
  '/admin': 'admin',
  '/setup': 'setup',
  '/assets': 'asset',
  '/favicon.ico': 'asset',
  '/healthz': 'health',
  '/readyz': 'health',
  '/.well-known': 'well_known',
};

/** Finds the class of a URL as it came; what no prefix fits is a `page`. */
export type RouteClass = (url: string) => string;

/** @param basePath - what stands before all of them, or nothing */
export function createRouteClass(routes: Readonly<Record<string, string>>, basePath = ''): RouteClass {
  const byFirstStep = new Map(Object.entries(routes).map(([prefix, name]) => [firstStep(prefix, 0), name]));
  const below = `${basePath}/`;
  return (url) => {
    const start = basePath !== '' && url.startsWith(below) ? basePath.length : 0;
    return byFirstStep.get(firstStep(url, start)) ?? 'page';
  };
}

/** `/api` of `/api/me?x=1`, in whatever case: Express does not tell them apart. */
function firstStep(url: string, start: number): string {
  let end = start + 1;
  // No prefix is longer, and an attacker's path may be.
  const most = Math.min(url.length, start + 64);
  for (; end < most; end += 1) {
    const code = url.charCodeAt(end);
    if (code === 47 || code === 63 || code === 35) break;
  }
  return url.slice(start, end).toLowerCase();
}
