// The app as a newcomer starts it: local provider, demo users, and a store of either kind.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../src/app/env.ts';
import { createLog } from '../../src/app/log.ts';
import { start } from '../../src/app/run.ts';
import { settingsFrom } from '../../src/app/settings.ts';
import { freePort } from './free-port.ts';

export interface DemoApp extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
}

/**
 * Starts app and local provider on two neighbouring free ports; `environment` goes over quiet defaults, and may be made
 * from the app's port.
 */
export const startDemoApp = async (
  environment: Record<string, string> | ((port: number) => Record<string, string>) = {},
): Promise<DemoApp> => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-demo-'));
  for (let attempt = 0; ; attempt += 1) {
    const port = await freePort();
    const given = typeof environment === 'function' ? environment(port) : environment;
    const settings = settingsFrom(
      readEnvironment({ LOG_LEVEL: 'silent', DATA_DIR: folder, ...given, PORT: String(port) }),
    );
    try {
      const running = await start(settings, createLog(settings.logLevel));
      return {
        url: `http://localhost:${port}`,
        port,
        async [Symbol.asyncDispose]() {
          await running.stop();
          rmSync(folder, { recursive: true, force: true });
        },
      };
    } catch (error) {
      // The port after a free one may be taken.
      if (attempt === 5) throw error;
    }
  }
};
