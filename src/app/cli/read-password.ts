// Reads a new password: from the terminal without showing it, twice, or from what is piped in. Never from an argument.
import { StringDecoder } from 'node:string_decoder';
import { CommandError } from './command-error.ts';

/** Where commands read and write. */
export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WritableStream;
  /** Prompts and failures. */
  readonly errors: NodeJS.WritableStream;
}

const mostPiped = 8192;

/** @param isPiped - `--password-stdin` */
export async function readPassword(terminal: Terminal, isPiped: boolean): Promise<string> {
  if (isPiped) return readPiped(terminal.input);
  if (terminal.input.isTTY !== true) {
    throw new CommandError(
      'usage',
      'There is no terminal to ask for the password. Pipe it in, with --password-stdin.',
    );
  }
  const password = await readHidden(terminal, 'New password: ');
  if (password !== (await readHidden(terminal, 'The same again: '))) {
    throw new CommandError('unsuitable', 'The two passwords are not the same. Run the command again.');
  }
  return password;
}

async function readPiped(input: NodeJS.ReadStream): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    chunks.push(Buffer.from(chunk));
    bytes += chunk.length;
    if (bytes > mostPiped) throw new CommandError('unsuitable', 'The password is too long. Shorten it.');
  }
  const text = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (text !== '') return text;
  throw new CommandError('unsuitable', 'No password came on standard input. Pipe one in.');
}

/** One line in raw mode, in which the terminal shows nothing. */
async function readHidden({ input, errors }: Terminal, prompt: string): Promise<string> {
  errors.write(prompt);
  input.setRawMode(true);
  const decoder = new StringDecoder('utf8');
  let typed: string[] = [];
  try {
    return await new Promise((resolve, reject) => {
      const onEnd = () => reject(stopped());
      const onData = (chunk: Buffer | string) => {
        for (const character of typeof chunk === 'string' ? chunk : decoder.write(chunk)) {
          if (character === '\r' || character === '\n') return done(() => resolve(typed.join('')));
          if (character === '\u0003' || character === '\u0004') return done(onEnd);
          if (character === '\u007f' || character === '\b') typed.pop();
          else if (character === '\u0015') typed = [];
          else typed.push(character);
        }
      };
      const done = (then: () => void) => {
        input.off('data', onData).off('end', onEnd);
        then();
      };
      input.on('data', onData).once('end', onEnd).resume();
    });
  } finally {
    input.pause();
    input.setRawMode(false);
    errors.write('\n');
  }
}

function stopped(): CommandError {
  return new CommandError('failed', 'Stopped; nothing was changed.');
}
