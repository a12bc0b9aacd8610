import { spawn } from 'node:child_process';
import { Agent, type ClientRequestArgs } from 'node:http';
import { Duplex } from 'node:stream';

/**
 * An HTTP agent whose connections go through `docker -H ssh://… system dial-stdio`, which is how Docker's CLI reaches an
 * engine by ssh. Each connection is a child process that ends with it.
 */
export class SshAgent extends Agent {
  readonly #docker: string;
  readonly #host: string;
  readonly #variables: Readonly<Record<string, string | undefined>>;

  constructor(docker: string, host: string, variables: Readonly<Record<string, string | undefined>>) {
    super({ keepAlive: false });
    this.#docker = docker;
    this.#host = host;
    this.#variables = variables;
  }

  override createConnection(_options: ClientRequestArgs): Duplex {
    const child = spawn(this.#docker, ['-H', this.#host, 'system', 'dial-stdio'], {
      env: { ...this.#variables },
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    });
    const connection = Duplex.from({ writable: child.stdin, readable: child.stdout });
    child.once('error', (error) => connection.destroy(error));
    connection.once('close', () => child.kill());
    return connection;
  }
}
