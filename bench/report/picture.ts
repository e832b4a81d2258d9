// The picture of a run: CPU time per request of each server as bars, legible on light and on dark ground.
import { middle, ratio } from '../harness/rounds.ts';
import { fixed } from './markdown.ts';
import type { Report } from './report.ts';

const [width, left, top, rowHeight] = [940, 390, 76, 34];
const barWidth = 400;

const plain = (title: string): string =>
  title.replace(/[*`]/g, '').replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** An SVG document. */
export function picture({ subjects, results }: Report): string {
  const bars = subjects.map(({ id, title }) => ({
    isOurs: !['raw', 'express-session', 'eoc-redis', 'eoc-cookie'].includes(id),
    title: plain(title),
    micros: middle(results, id, 32, 'cpuMicros'),
    times: ratio(results, [id, 'raw'], 32, 'cpuMicros'),
  }));
  const longest = Math.max(...bars.map(({ micros }) => micros));
  const rows = bars.map(({ isOurs, title, micros, times }, index) => {
    const y = top + index * rowHeight;
    const length = Math.max(2, (micros / longest) * barWidth);
    return `  <text class="name" x="${left - 12}" y="${y + 16}" text-anchor="end">${title}</text>
  <rect class="${isOurs ? 'ours' : 'other'}" x="${left}" y="${y}" width="${fixed(length, 1)}" height="22" rx="3"/>
  <text class="value" x="${fixed(left + length + 8, 1)}" y="${y + 16}">${fixed(micros)} µs · ${fixed(times, 2)}×</text>`;
  });
  const height = top + bars.length * rowHeight + 16;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="CPU time of the server per request">
  <style>
    text { font: 14px system-ui, sans-serif; fill: #1f2328 }
    .title { font-size: 18px; font-weight: 600 }
    .note { fill: #59636e }
    .ground { fill: #ffffff }
    .ours { fill: #0f766e }
    .other { fill: #9aa4b2 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      .note { fill: #9198a1 }
      .ground { fill: #0d1117 }
      .ours { fill: #2dd4bf }
      .other { fill: #57606a }
    }
  </style>
  <rect class="ground" width="${width}" height="${height}" rx="8"/>
  <text class="title" x="24" y="34">CPU time of the server per request</text>
  <text class="note" x="24" y="56">32 connections, medians; shorter is better. The factor is to (a), the limit.</text>
${rows.join('\n')}
</svg>
`;
}
