// Writes a run into docs: the tables and the picture, between marks, so that what people wrote there stays.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { replaceBetween } from './markdown.ts';
import { picture } from './picture.ts';
import { machine, type Report } from './report.ts';
import { scalingText } from './scaling.ts';
import { connectionTable, growthTable, profileTable, requestTable, serverTable } from './tables.ts';
import { targetTable } from './targets.ts';

const docs = new URL('../../docs/', import.meta.url);

/** The whole run as text. */
export function performanceText(report: Report): string {
  const { options, command, minutes, othersAtStart, workers, profiles, growth } = report;
  const day = new Date().toISOString().slice(0, 10);
  return `Measured on ${day}: ${machine()}. \`${command}\`, ${options.rounds} interleaved rounds of ${options.seconds} s, medians, ${minutes.toFixed(1)} minutes.${othersAtStart > 0.7 ? `\n\n**The machine was busy with other things (load ${othersAtStart.toFixed(1)} at the start): take these numbers for a smoke test.**` : ''}

### Targets

${targetTable(report)}

### One request, 32 connections

${requestTable(report)}

### The same at other numbers of connections

${options.connections.length > 1 ? connectionTable(report) : 'Not measured.'}

### Logins, memory, sessions

${serverTable(report)}

### Where the time goes

${profiles.size === 0 ? 'Not measured.' : `${profileTable(report, 'parts', 14)}\n\n${profileTable(report, 'functions', 12)}`}

### Growth

${growth.length === 0 ? 'Not measured.' : growthTable(report)}

${workers === null ? 'More than one worker was not measured: that needs two cores beside those of the workers.' : `${workers.workers} workers answered ${(workers.many / workers.one).toFixed(2)} times as many requests per second as one.`}`;
}

/** Writes docs/performance.md, docs/scaling.md and the picture. */
export function writeDocs(report: Report): void {
  put('performance.md', 'bench', performanceText(report));
  put('scaling.md', 'bench', scalingText(report));
  mkdirSync(new URL('images/', docs), { recursive: true });
  writeFileSync(new URL('images/performance.svg', docs), picture(report));
}

function put(name: string, mark: string, content: string): void {
  const file = new URL(name, docs);
  writeFileSync(file, replaceBetween(readFileSync(file, 'utf8'), mark, content));
}
