import { required, type Variables } from './inputs.ts';

const mostOfAnswer = 16 * 1024 * 1024;
const patience = 30_000;

/** An answer of GitHub that is no success. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly status: number;

  constructor(what: string, status: number) {
    super(`GitHub answered ${status} to ${what}`);
    this.status = status;
  }
}

/** GitHub's REST API for one repository, with the token of a run. */
export interface GitHub {
  /**
   * @param path below `/repos/OWNER/NAME`
   * @throws RefusedError for any status but a success, Error where there is no answer
   */
  call(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<unknown>;
  /** Who the token speaks for; an app's token can ask nothing but GraphQL for that. Null where there is no answer. */
  ownName(): Promise<string | null>;
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > mostOfAnswer) throw new Error('GitHub answered more than 16 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function request(token: string, method: string, address: string, body: unknown): Promise<unknown> {
  const response = await fetch(address, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'user-agent': 'docker-verify-action',
      'x-github-api-version': '2022-11-28',
    },
    body: body === undefined ? null : JSON.stringify(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(patience),
  });
  const text = await boundedText(response);
  if (!response.ok) throw new RefusedError(`${method} ${new URL(address).pathname}`, response.status);
  return text === '' ? null : JSON.parse(text);
}

/**
 * The API that the runner names, and no other: the token is not sent on where an answer leads elsewhere.
 * @throws ActionError where the runner names none
 */
export function gitHubOf(variables: Variables, token: string): GitHub {
  const root = required(variables, 'GITHUB_API_URL').replace(/\/$/, '');
  const graph = variables['GITHUB_GRAPHQL_URL'] ?? `${root}/graphql`;
  const repository = required(variables, 'GITHUB_REPOSITORY');
  return {
    call: async (method, path, body) => await request(token, method, `${root}/repos/${repository}${path}`, body),
    ownName: async () => {
      try {
        const answer = (await request(token, 'POST', graph, { query: '{viewer{login}}' })) as {
          readonly data?: { readonly viewer?: { readonly login?: unknown } };
        } | null;
        const login = answer?.data?.viewer?.login;
        return typeof login === 'string' && login !== '' ? login : null;
      } catch {
        return null; // the caller has a name for that
      }
    },
  };
}
