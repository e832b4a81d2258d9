// Renders the provider's own pages.
import { fileURLToPath } from 'node:url';
import ejs from 'ejs';
import type { Assets } from '../http/assets.ts';
import type { DemoHint } from './options.ts';

/** What each page is given beside the product, the title and the assets. */
export interface PageLocals {
  readonly 'sign-in': {
    readonly action: string;
    readonly abortAction: string;
    /** Prefilled. */
    readonly login: string;
    readonly error: string | null;
    /** The signed-in person's name, when the password is asked for again. */
    readonly loginHintAccount: string | undefined;
    readonly demoHints: readonly DemoHint[];
    readonly clientName: string;
    readonly stepUp: boolean;
  };
  readonly 'new-password': {
    readonly action: string;
    readonly abortAction: string;
    /** For password managers, which keep the new password under this name. */
    readonly login: string;
    readonly error: string | null;
    readonly clientName: string;
  };
  readonly consent: {
    readonly action: string;
    readonly abortAction: string;
    readonly clientName: string;
    readonly accountName: string;
    readonly scopes: readonly { readonly code: string; readonly words: string }[];
  };
  readonly 'sign-out': {
    readonly action: string;
    readonly hiddenFields: readonly { readonly name: string; readonly value: string }[];
    readonly clientName: string | null;
  };
  readonly failure: {
    readonly status: number;
    readonly heading: string;
    readonly text: string;
    readonly reference: string;
  };
}

/** Renders a page to HTML. */
export type RenderPage = <Page extends keyof PageLocals>(
  page: Page,
  title: string,
  locals: PageLocals[Page],
) => Promise<string>;

/** Makes the renderer. `folder` is the views folder; the pages are in its `local-provider` folder. */
export function createRenderPage(folder: URL, product: string, assets: Assets): RenderPage {
  // The page frame is shared with the app, which shows a person and navigation there; here there is neither.
  const frame = { product, asset: assets.href, viewer: null, nav: false, basePath: '', path: '' };
  return (page, title, locals) => {
    const file = fileURLToPath(new URL(`local-provider/${page}.ejs`, folder));
    return ejs.renderFile(file, { ...frame, title, ...locals }, { cache: true });
  };
}
