import { access, constants } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { createScanner } from 'jsonc-parser';
import { type Environment, isRecord, parseBoundedJson, runBounded, VerifyError } from '../../model/index.ts';
import { bounds } from '../transport/bounds.ts';

/**
 * Name and secret for a registry; an identity token stands in place of a password (Docker's `<token>`), and a registry token is what
 * the registry itself is shown, so that no token service is asked.
 */
export interface Credential {
  readonly username: string;
  readonly secret: string;
  readonly kind: 'password' | 'identity-token' | 'registry-token';
}

/** The absolute path of a program, looked for only in the absolute entries of PATH; null where there is none. */
export async function findProgram(name: string, environment: Environment): Promise<string | null> {
  const windows = environment.platform === 'win32';
  const path = environment.variables['PATH'] ?? environment.variables['Path'] ?? '';
  for (const folder of path.split(windows ? ';' : ':').filter((entry) => isAbsolute(entry))) {
    const candidate = join(folder, windows ? `${name}.exe` : name);
    const found = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  return null;
}

function failed(helper: string, reason: string, cause?: unknown): VerifyError {
  return new VerifyError('credentials.failed', `the credential helper docker-credential-${helper} ${reason}`, {
    hint: 'run "docker login" again, or correct credsStore and credHelpers in Docker\'s config.json',
    cause,
  });
}

/** On whose behalf a helper is asked, and until when. */
export interface Asking {
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

interface HelperAnswer {
  readonly status: number;
  readonly output: string;
}

async function runHelper(helper: string, program: string, key: string, asking: Asking): Promise<HelperAnswer> {
  const end = await runBounded({
    program,
    args: ['get'],
    folder: dirname(program), // which is there, as a home folder need not be
    variables: { ...asking.environment.variables },
    limit: bounds.helperOutput,
    timeout: bounds.helperTime,
    signal: asking.signal,
    input: key, // a helper that ends without reading it is judged by its status
  });
  if (end.kind === 'ended') return { status: end.status, output: end.stdout.toString('utf8') };
  if (end.kind === 'unstarted') throw failed(helper, 'could not be started', end.cause);
  throw failed(helper, end.by === 'output' ? 'printed too much' : 'did not answer');
}

/**
 * Asks a credential helper for what it holds (docker-credential-helpers, protocol of `get`). Null where it holds nothing.
 * What it prints never reaches a message: it may be a secret.
 * @param key the server address that the credential was stored for
 * @throws VerifyError `credentials.failed`
 */
export async function askCredentialHelper(helper: string, key: string, asking: Asking): Promise<Credential | null> {
  if (!/^[\w.-]+$/.test(helper)) throw failed(helper.slice(0, 40), 'has a name that no program can have');
  const program = await findProgram(`docker-credential-${helper}`, asking.environment);
  if (program === null) throw failed(helper, "is named in Docker's config.json, but is not on PATH");
  const answer = await runHelper(helper, program, key, asking);
  if (answer.status !== 0) {
    // any other words are a failure to Docker's CLI too (docker-credential-helpers, credentials/error.go)
    if (answer.output.trim() === 'credentials not found in native keychain') return null;
    throw failed(helper, `failed with status ${answer.status}`);
  }
  return readHelperAnswer(helper, answer.output);
}

/** The first JSON value of what a helper prints, which is all that Docker's CLI reads (Go, encoding/json: Decoder). */
function firstValue(output: string): unknown {
  const scanner = createScanner(output, true);
  let depth = 0;
  for (;;) {
    scanner.scan();
    const first = output[scanner.getTokenOffset()];
    if (first === undefined) return parseBoundedJson(output);
    if (first === '{' || first === '[') depth += 1;
    if (first === '}' || first === ']') depth -= 1;
    if (depth <= 0) return parseBoundedJson(output.slice(0, scanner.getPosition()));
  }
}

/** A field by its name in any case, as Go reads it; empty where it is missing. Null where it is no text. */
function fieldOf(value: object, name: string): string | null {
  const found = Object.entries(value).findLast(([key]) => key.toLowerCase() === name);
  const [, text = ''] = found ?? [];
  return typeof text === 'string' ? text : text === null ? '' : null;
}

function readHelperAnswer(helper: string, output: string): Credential | null {
  let value: unknown;
  try {
    value = firstValue(output);
  } catch {
    throw failed(helper, 'printed something else than JSON');
  }
  const answer = isRecord(value) ? value : null;
  const [username, secret] = [answer && fieldOf(answer, 'username'), answer && fieldOf(answer, 'secret')];
  if (username === null || secret === null) throw failed(helper, 'printed no username and secret');
  if (secret === '') return null;
  // a secret without a name is one that the token service is shown (buildkit, session/auth/authprovider)
  return username === '<token>' || username === ''
    ? { username: '', secret, kind: 'identity-token' }
    : { username, secret, kind: 'password' };
}
