// Renders views: each file is read and compiled once, and the partials that it includes as well.
import { readFileSync } from 'node:fs';
import ejs from 'ejs';

type Locals = Record<string, unknown>;
type Include = (name: string, more?: Locals) => string;

/** An engine as `app.engine('ejs', …)` takes it. */
export type ViewEngine = (
  file: string,
  locals: object,
  done: (error: unknown, text?: string) => void,
) => void;

interface View {
  readonly render: (locals: Locals) => string;
  /** Files of the partials by the name that this view calls them. */
  readonly partials: Map<string, string>;
}

/**
 * EJS by itself looks for each included file on the disk again, and copies everything that a page knows for each of
 * them. Here a partial sees its own locals first and those of the page behind them.
 */
export function createViewEngine(): ViewEngine {
  const views = new Map<string, View>();

  const viewOf = (file: string): View => {
    let view = views.get(file);
    if (view === undefined) {
      // The locals come from here alone, so what they inherit is ours too.
      const options = { filename: file, unsafePrototypeLocals: true };
      view = { render: ejs.compile(readFileSync(file, 'utf8'), options), partials: new Map() };
      views.set(file, view);
    }
    return view;
  };

  const render = (file: string, locals: Locals): string => {
    const view = viewOf(file);
    const include: Include = (name, more) => {
      let partial = view.partials.get(name);
      if (partial === undefined) {
        partial = ejs.resolveInclude(name, file);
        view.partials.set(name, partial);
      }
      return render(partial, Object.assign(Object.create(locals), more));
    };
    // What a view calls `include` is found among its locals first.
    locals.include = include;
    return view.render(locals);
  };

  return (file, locals, done) => {
    let text: string;
    try {
      text = render(file, Object.assign(Object.create(null), locals));
    } catch (error) {
      return done(error);
    }
    done(null, text);
  };
}
