import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lab, type Outcome, run, temporaryFolder } from '../support/lab.ts';

/** Gives a program an /etc/docker and an /usr/local/lib of its own, in a mount namespace that ends with it. */
const inside = 'mount --bind "$ETC" /etc/docker && mount --bind "$LIB" /usr/local/lib && exec "$@"';

/** A machine on which nothing of ours or of Docker's was ever set up. */
export class BareMachine {
  readonly #home: string;
  readonly etc: string;
  readonly lib: string;

  private constructor(root: string) {
    this.#home = join(root, 'home');
    this.etc = join(root, 'etc');
    this.lib = join(root, 'lib');
  }

  static async create(): Promise<BareMachine> {
    const machine = new BareMachine(await temporaryFolder());
    await mkdir('/etc/docker', { recursive: true });
    for (const folder of [machine.#home, machine.etc, machine.lib]) await mkdir(folder);
    for (const folder of [machine.etc, machine.lib]) await chmod(folder, 0o755);
    return machine;
  }

  async #run(program: string, args: readonly string[], cwd?: string): Promise<Outcome> {
    const env = { HOME: this.#home, DOCKER_CONFIG: undefined, ETC: this.etc, LIB: this.lib };
    const options = { env, ...(cwd === undefined ? {} : { cwd }) };
    return await run(lab(), 'unshare', ['-m', 'sh', '-c', inside, 'sh', program, ...args], options);
  }

  /** Gives it a policy of its own. */
  async writePolicy(text: string): Promise<void> {
    await mkdir(join(this.etc, 'verify'));
    await writeFile(join(this.etc, 'verify', 'policy.yaml'), text);
  }

  async verify(args: readonly string[], cwd?: string): Promise<Outcome> {
    return await this.#run(lab().executable, args, cwd);
  }

  /** The same through Docker's CLI, which has to find the plugin. */
  async dockerVerify(args: readonly string[]): Promise<Outcome> {
    return await this.#run(lab().docker, ['verify', ...args]);
  }
}
