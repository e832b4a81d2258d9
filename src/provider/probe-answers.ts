// The answers that a probe of the provider gets: within limits, with the clock of whoever answered, and pages too.
import type { Clock } from '../clock.ts';
import { openPage } from '../http/open-page.ts';
import type { LimitedFetch } from './limited-fetch.ts';

/** The first answer of an address, as it came. */
export interface SeenAnswer {
  readonly url: string;
  readonly status: number;
  readonly location: string | null;
  /** The beginning of the body. */
  readonly text: string;
}

/** Remembers answers, and what the clocks behind them showed. */
export interface ProbeAnswers {
  /** The same fetch, with an eye on its answers. */
  readonly fetch: LimitedFetch;
  /** Opens a page as a browser would, without following redirects and whatever its type is. */
  open(url: URL): Promise<SeenAnswer>;
  /** The first answer that came through `fetch`. */
  readonly first: SeenAnswer | null;
  /** Milliseconds that the provider's clock is ahead of ours; null where no answer had a date. */
  skewMs(): number | null;
}

const mostText = 20_000;

/** @param timeoutSeconds - for one page */
export function watchAnswers(inner: LimitedFetch, clock: Clock, timeoutSeconds: number): ProbeAnswers {
  let first: SeenAnswer | null = null;
  const skews: { readonly ms: number; readonly isStored: boolean }[] = [];

  const noteClock = (headers: Headers, askedAt: number): void => {
    const date = Date.parse(headers.get('date') ?? '');
    if (Number.isNaN(date)) return;
    const age = Number(headers.get('age') ?? 0);
    // A date has whole seconds: on the average it is half a second behind the clock that made it.
    const theirs = date + 500 + (Number.isFinite(age) ? age * 1000 : 0);
    skews.push({ ms: theirs - (askedAt + clock()) / 2, isStored: headers.has('age') });
  };

  return {
    get first() {
      return first;
    },
    async fetch(url, options) {
      const askedAt = clock();
      const response = await inner(url, options);
      noteClock(response.headers, askedAt);
      if (first === null) {
        const text = await response.clone().text();
        first = { url, ...shortened(response, text) };
      }
      return response;
    },
    async open(url) {
      const askedAt = clock();
      const { status, headers, text } = await openPage(url, timeoutSeconds * 1000);
      const { date = '', age } = headers;
      noteClock(new Headers({ date, ...(age === undefined ? {} : { age }) }), askedAt);
      return { url: url.href, status, location: headers.location ?? null, text };
    },
    skewMs() {
      // What a cache in between kept says when it was kept, however it counts its age.
      const found = skews.findLast(({ isStored }) => !isStored) ?? skews.at(-1);
      return found === undefined ? null : Math.round(found.ms);
    },
  };
}

function shortened(response: Response, text: string) {
  return {
    status: response.status,
    location: response.headers.get('location'),
    text: text.slice(0, mostText),
  };
}
