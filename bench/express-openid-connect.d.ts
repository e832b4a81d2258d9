// What the bench uses of express-openid-connect, which only bench/package.json installs.
declare module 'express-openid-connect' {
  import type { RequestHandler } from 'express';

  const peer: { auth(config: object): RequestHandler; requiresAuth(): RequestHandler };
  export default peer;
}
