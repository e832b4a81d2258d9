// A process with metrics of its own, as a worker of a cluster has them; counts logins when the test says so.
import { answerForMetrics, createMetrics } from '../../src/metrics.ts';

const metrics = createMetrics({ process: true });
answerForMetrics(metrics, process);
process.on('message', (order: { readonly logins?: number; readonly hang?: number }) => {
  for (let i = 0; i < (order.logins ?? 0); i += 1) {
    metrics.onEvent({ type: 'login_started' });
    metrics.onCall('store', 'record_read', 'ok', 0.002);
  }
  if (order.logins !== undefined) process.send?.({ counted: order.logins });
  // Busy, as with a long computation: it answers nobody.
  const end = performance.now() + (order.hang ?? 0);
  while (performance.now() < end);
});
process.send?.({ counted: 0 });
