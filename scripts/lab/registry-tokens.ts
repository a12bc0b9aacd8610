import { randomUUID } from 'node:crypto';
import { errorAnswer, jsonAnswer, type RegistryAnswer, type RegistryRequest } from './registry-answers.ts';

/** Who may use a test registry, and how they prove it. */
export interface AuthenticationOptions {
  readonly kind: 'bearer' | 'basic';
  readonly user: string;
  readonly password: string;
  /** With Bearer: whether a token for pulling is given to everybody. */
  readonly anonymousPull?: boolean;
  /** With Bearer: the token service that the challenge names, where it is not the registry's own `/token`. */
  readonly realm?: string;
}

/** Checks each request and serves the token service (Docker's token authentication, GET and POST). */
export class RegistryTokens {
  readonly #options: AuthenticationOptions;
  /** Token to whether it allows to push. */
  readonly #tokens = new Map<string, boolean>();

  constructor(options: AuthenticationOptions) {
    this.#options = options;
  }

  /** The refusal of a request that proves nothing, else null. `origin` is where the client reached the registry. */
  refusal(request: RegistryRequest, origin: string): RegistryAnswer | null {
    const given = String(request.headers['authorization'] ?? '');
    const pushing = !['GET', 'HEAD'].includes(request.method);
    if (this.#options.kind === 'basic') {
      return this.#isPassword(given) ? null : this.#challenge('Basic realm="lab"');
    }
    const allowsPush = this.#tokens.get(given.replace(/^Bearer /, ''));
    if (allowsPush === true || (allowsPush === false && !pushing)) {
      return null;
    }
    const name = /^\/v2\/(.+?)\/(?:manifests|blobs|referrers|tags)\//.exec(request.path)?.[1];
    const scope = name === undefined ? '' : `,scope="repository:${name}:pull${pushing ? ',push' : ''}"`;
    const realm = this.#options.realm ?? `${origin}/token`;
    return this.#challenge(`Bearer realm="${realm}",service="lab"${scope}`);
  }

  /** The answer of the token service. */
  token(request: RegistryRequest): RegistryAnswer {
    const form = new URLSearchParams(request.method === 'POST' ? request.body.toString() : '');
    const known =
      this.#isPassword(String(request.headers['authorization'] ?? '')) ||
      (form.get('username') === this.#options.user && form.get('password') === this.#options.password) ||
      form.get('refresh_token') === this.#options.password;
    const scopes = [...request.query.getAll('scope'), form.get('scope') ?? ''].join(' ');
    if (!known && (request.headers['authorization'] !== undefined || !this.#options.anonymousPull)) {
      return errorAnswer(401, 'UNAUTHORIZED');
    }
    const token = randomUUID();
    this.#tokens.set(token, known && scopes.includes('push'));
    const times = { expires_in: 300, issued_at: new Date().toISOString() };
    return jsonAnswer(200, { token, access_token: token, ...times });
  }

  #isPassword(header: string): boolean {
    const { user, password } = this.#options;
    return header === `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }

  #challenge(challenge: string): RegistryAnswer {
    return errorAnswer(401, 'UNAUTHORIZED', { 'www-authenticate': challenge });
  }
}
