// Every guard of the table as plain data: the routes are made from it, and so is what the model expects of them.

/** All of these names, or one of them. */
export interface Names {
  readonly mode: 'all' | 'any';
  readonly names: readonly string[];
}

/** What is required. `check` is what an app's own check says. */
export interface Needs {
  readonly scope?: Names;
  readonly acr?: string;
  readonly amr?: Names;
  /** Seconds. */
  readonly maxAge?: number;
  readonly roles?: Names;
  readonly permissions?: Names;
  readonly check?: boolean;
}

/** The guard that looks at the credential. */
export interface First {
  /** `currentUser`, and not `authenticated`. */
  readonly user?: true;
  readonly optional?: true;
  readonly refresh?: true;
  readonly apiKeys?: true;
  readonly needs?: Needs;
}

export interface GuardCase {
  /** As an app writes it. */
  readonly name: string;
  /** Default: GET. */
  readonly method?: 'GET' | 'POST' | 'DELETE' | 'OPTIONS';
  /** Null: none stands before. */
  readonly first: First | null;
  /** `auth.requires` behind it, one each. */
  readonly behind?: readonly Needs[];
  /** `auth.owns` behind it, over an object of this owner. */
  readonly owner?: 'ada' | 'somebody else' | 'no such object';
  readonly unless?: Needs;
  /** `byMethod({ get, post })` around it. */
  readonly byMethod?: true;
}

const all = (...names: readonly string[]): Names => ({ mode: 'all', names });
const any = (...names: readonly string[]): Names => ({ mode: 'any', names });

const oneScope: Needs = { scope: all('reports') };
const oneRole: Needs = { roles: all('analyst') };
const onePermission: Needs = { permissions: all('reports:read') };
const allThree: Needs = { ...oneScope, acr: '1', ...onePermission };

/** Guards that stand by themselves. */
export const simpleGuards: readonly GuardCase[] = [
  { name: 'authenticated()', first: {} },
  { name: 'authenticated({ optional })', first: { optional: true } },
  { name: 'authenticated({ scope })', first: { needs: oneScope } },
  { name: 'authenticated({ scope: allOf(2) })', first: { needs: { scope: all('reports', 'archive') } } },
  {
    name: 'authenticated({ scope: anyOf(2) })',
    first: { needs: { scope: any('nobody-has-it', 'reports') } },
  },
  { name: 'authenticated({ scope: [] })', first: { needs: { scope: all(), permissions: any() } } },
  { name: 'authenticated({ acr })', first: { needs: { acr: '1' } } },
  { name: 'authenticated({ permissions })', first: { needs: onePermission } },
  {
    name: 'authenticated({ permissions: allOf(2) })',
    first: { needs: { permissions: all('reports:read', 'reports:write') } },
  },
  {
    name: 'authenticated({ permissions: anyOf(2) })',
    first: { needs: { permissions: any('reports:write', 'reports:read') } },
  },
  { name: 'authenticated({ roles })', first: { needs: oneRole } },
  { name: 'authenticated({ roles: anyOf(2) })', first: { needs: { roles: any('admin', 'analyst') } } },
  { name: 'authenticated({ roles, permissions })', first: { needs: { ...oneRole, ...onePermission } } },
  { name: 'authenticated({ scope, acr, permissions })', first: { needs: allThree } },
  {
    name: 'authenticated({ optional, scope, acr, permissions })',
    first: { optional: true, needs: allThree },
  },
  { name: 'authenticated({ check: says no })', first: { needs: { ...onePermission, check: false } } },
  { name: 'authenticated({ check: says yes })', first: { needs: { check: true } } },
  { name: 'POST authenticated()', method: 'POST', first: {} },
  { name: 'currentUser()', first: { user: true } },
  { name: 'currentUser({ refresh })', first: { user: true, refresh: true } },
  { name: 'currentUser({ optional })', first: { user: true, optional: true } },
  {
    name: 'currentUser({ scope, roles: anyOf(2) })',
    first: { user: true, needs: { ...oneScope, roles: any('admin', 'analyst') } },
  },
  { name: 'step-up: authenticated({ acr: strongest })', first: { needs: { acr: '2' } } },
  { name: 'step-up: authenticated({ amr })', first: { needs: { amr: all('otp') } } },
  { name: 'step-up: authenticated({ maxAge })', first: { needs: { maxAge: 3600 } } },
  {
    name: 'step-up: currentUser({ acr, amr, maxAge })',
    first: { user: true, needs: { acr: '1', amr: all('otp'), maxAge: 3600 } },
  },
];

/** Guards behind a guard, by method, for keys, and those that should not stand alone. */
export const joinedGuards: readonly GuardCase[] = [
  { name: 'requires({ scope })', first: {}, behind: [oneScope] },
  { name: 'requires({ roles })', first: {}, behind: [oneRole] },
  { name: 'requires({ permissions })', first: { user: true }, behind: [onePermission] },
  {
    name: 'requires({ acr }) behind a guard for the scope',
    first: { needs: oneScope },
    behind: [{ acr: '1' }],
  },
  {
    name: 'requires(scope), requires(roles), requires(permissions)',
    first: {},
    behind: [oneScope, oneRole, onePermission],
  },
  {
    name: 'requires({ permissions }) behind an optional guard',
    first: { optional: true },
    behind: [onePermission],
  },
  { name: 'requires({ permissions }) alone', first: null, behind: [onePermission] },
  { name: 'requires({}) alone', first: null, behind: [{}] },
  { name: 'authenticated({ apiKeys })', first: { apiKeys: true } },
  { name: 'authenticated({ apiKeys, permissions })', first: { apiKeys: true, needs: onePermission } },
  { name: 'authenticated({ apiKeys, optional })', first: { apiKeys: true, optional: true } },
  { name: 'authenticated({ apiKeys, acr })', first: { apiKeys: true, needs: { acr: '1' } } },
  { name: 'currentUser({ apiKeys })', first: { apiKeys: true, user: true } },
  { name: 'owns: of Ada', first: {}, owner: 'ada' },
  { name: 'owns: of somebody else', first: {}, owner: 'somebody else' },
  { name: 'owns: nothing is there', first: {}, owner: 'no such object' },
  {
    name: 'owns: unless permissions',
    first: { apiKeys: true },
    owner: 'somebody else',
    unless: onePermission,
  },
  { name: 'owns: alone', first: null, owner: 'ada' },
  { name: 'byMethod: get', first: { needs: onePermission }, byMethod: true },
  { name: 'byMethod: post', method: 'POST', first: { needs: onePermission }, byMethod: true },
  { name: 'byMethod: not listed', method: 'DELETE', first: { needs: onePermission }, byMethod: true },
  { name: 'byMethod: OPTIONS', method: 'OPTIONS', first: { needs: onePermission }, byMethod: true },
  { name: 'OPTIONS authenticated()', method: 'OPTIONS', first: {} },
];
