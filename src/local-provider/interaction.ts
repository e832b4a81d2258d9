// A sign-in in progress, as our pages see it, and what every page of it is handed.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import type { FailurePages } from './failure-pages.ts';
import type { DemoHint, LocalAccounts, LocalProviderListener } from './options.ts';
import type { ScopeCatalogue } from './scopes.ts';
import type { SignInLimit } from './sign-in-limit.ts';
import type { RenderPage } from './views.ts';

/** An interaction of oidc-provider: one authorization request that waits for a person. */
export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

/** What the pages of an interaction work with. */
export interface InteractionParts {
  readonly provider: Provider;
  readonly accounts: LocalAccounts;
  readonly catalogue: ScopeCatalogue;
  readonly demoHints: readonly DemoHint[];
  readonly failurePages: FailurePages;
  readonly grantSeconds: number;
  /** Null: the accounts count failures themselves. */
  readonly limit: SignInLimit | null;
  readonly render: RenderPage;
  readonly report: LocalProviderListener;
}

/** One request to a page of an interaction. */
export interface InteractionVisit {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly interaction: Interaction;
  /** The client's name for people, and its id for the log. */
  readonly client: { readonly id: string; readonly name: string };
  /** Where the request comes from. */
  readonly address: string;
  /** Empty for a GET. */
  readonly fields: URLSearchParams;
}

/** What the forms of an interaction do. */
export type InteractionAction = 'sign-in' | 'new-password' | 'consent' | 'abort';

/** Where the pages and forms of an interaction are. */
export function interactionPath(interaction: Interaction, action?: InteractionAction): string {
  const page = `/interaction/${encodeURIComponent(interaction.uid)}`;
  return action === undefined ? page : `${page}/${action}`;
}
