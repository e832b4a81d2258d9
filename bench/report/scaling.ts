// What the measured figures mean for one, ten and a hundred million live sessions.
import { fixed, table, whole } from './markdown.ts';
import type { Report } from './report.ts';
import { pageCpu } from './targets.ts';

/** What is assumed; everything else is measured. */
const assumed = {
  /** A live session asks for a page or an API answer so often, on average over day and night. */
  secondsPerRequest: 300,
  /** The busiest hour against that average. */
  peak: 3,
  /** Each session begins with a login, and lasts so long. */
  hoursPerSession: 24,
  /** How busy a core may be in the busiest hour. */
  load: 0.6,
  redisGigabytes: 25,
  redisCommands: 60_000,
} as const;

/** The text between the marks of docs/scaling.md. */
export function scalingText(report: Report): string {
  const largest = report.growth.at(-1);
  const redis = report.redis.get('page');
  const login = report.logins.get('latchkey');
  if (largest === undefined || redis === undefined || login === undefined) return 'Not measured.';
  const rows = [1e6, 10e6, 100e6].map((sessions) => {
    const requests = (sessions / assumed.secondsPerRequest) * assumed.peak;
    const logins = (sessions / (assumed.hoursPerSession * 3600)) * assumed.peak;
    const busyCores = (requests * pageCpu(report)) / 1e6 + (logins * login.cpuMs) / 1000;
    const gigabytes = (sessions * largest.bytesPerSession) / 1e9;
    const commands = requests * redis.commands + logins * 12;
    return [
      whole(sessions),
      whole(requests),
      whole(logins),
      whole(Math.ceil(busyCores / assumed.load)),
      fixed(gigabytes, 1),
      whole(
        Math.max(
          1,
          Math.ceil(gigabytes / assumed.redisGigabytes),
          Math.ceil(commands / assumed.redisCommands),
        ),
      ),
      fixed((requests * redis.bytes * 8) / 1e6),
      fixed((requests * 3000 * 8) / 1e6),
    ];
  });
  return `Measured: ${fixed(pageCpu(report))} µs of CPU per page view, ${fixed(login.cpuMs, 1)} ms per login, ${whole(largest.bytesPerSession)} bytes of Redis
per session, ${whole(redis.bytes)} bytes on the wire to and from Redis per page view.

Assumed: a live session asks for something every ${assumed.secondsPerRequest} s on average, the busiest hour has ${assumed.peak} times that, a session lasts
${assumed.hoursPerSession} h and begins with a login of about 12 commands, a core is ${assumed.load * 100} % busy at the most, a Redis server holds ${assumed.redisGigabytes} GB and
answers ${whole(assumed.redisCommands)} commands per second, a page with its headers is 3 KB.

${table(
  [
    ...['live sessions', 'requests/s', 'logins/s', 'cores for latchkey', 'Redis GB', 'Redis servers'],
    ...['Mbit/s to Redis', 'Mbit/s to browsers'],
  ],
  rows,
)}`;
}
