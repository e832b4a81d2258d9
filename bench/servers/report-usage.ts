// Loaded before every measured server: tells its CPU time and memory when asked, profiles itself, ends with the bench.
import { Session } from 'node:inspector/promises';

/** What the bench asks. */
export type Question = 'usage' | 'profile_start' | 'profile_stop';

const profiler = new Session();

const answers: Readonly<Record<Question, () => Promise<unknown>>> = {
  async usage() {
    const { user, system } = process.cpuUsage();
    return { cpuMicros: user + system, rss: process.memoryUsage.rss() };
  },
  async profile_start() {
    profiler.connect();
    await profiler.post('Profiler.enable');
    await profiler.post('Profiler.setSamplingInterval', { interval: 200 });
    await profiler.post('Profiler.start');
    return null;
  },
  async profile_stop() {
    const { profile } = await profiler.post('Profiler.stop');
    profiler.disconnect();
    return profile;
  },
};

process.on('message', (question: Question) => {
  void answers[question]().then((answer) => process.send?.(answer));
});
// Nothing outlives the bench, however that ended.
process.on('disconnect', () => process.exit(0));
