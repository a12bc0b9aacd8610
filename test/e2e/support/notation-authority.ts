import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { lab, type Outcome, projectFolder, run as runTool, temporaryFolder } from './lab.ts';

const run = promisify(execFile);

/** Where a signer's certificate says that its state can be looked up. */
export interface SignerPlaces {
  readonly ocsp?: 'here' | 'nowhere';
  readonly list?: 'here' | 'nowhere';
}

const configuration = `
[ca]
default_ca = authority
[authority]
dir = .
database = index.txt
new_certs_dir = .
serial = serial
crlnumber = crlnumber
default_md = sha256
default_days = 30
default_crl_days = 30
certificate = root.pem
private_key = root.key
policy = any
unique_subject = no
[any]
commonName = supplied
organizationName = optional
stateOrProvinceName = optional
countryName = optional
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign,digitalSignature
subjectKeyIdentifier = hash
[req]
distinguished_name = name
[name]
`;

/**
 * A certificate authority by openssl with its real OCSP responder and its real list of revoked certificates, both on loopback, and
 * real notation that signs and verifies with what it issues.
 */
export class NotationAuthority {
  /** Requests for the list. */
  lists = 0;
  readonly folder: string;
  readonly #home: string;
  #responder: ReturnType<typeof spawn> | null = null;
  #lists: Server | null = null;
  #responderPort = 0;
  #listPort = 0;

  private constructor(folder: string, home: string) {
    this.folder = folder;
    this.#home = home;
  }

  static async start(): Promise<NotationAuthority> {
    const authority = new NotationAuthority(await temporaryFolder(), await temporaryFolder());
    const files = { 'ca.cnf': configuration, 'index.txt': '', serial: '1000\n', crlnumber: '01\n' };
    for (const [name, text] of Object.entries(files)) await writeFile(join(authority.folder, name), text);
    await authority.#openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', 'root.key');
    const self = ['-x509', '-new', '-key', 'root.key', '-days', '60', '-subj', '/CN=acme root/O=acme'];
    await authority.#openssl('req', ...self, '-config', 'ca.cnf', '-extensions', 'root', '-out', 'root.pem');
    await authority.#serveList();
    await authority.publishList();
    return authority;
  }

  /** The subject of a signer, as policies write it. */
  subjectOf(name: string): string {
    return `CN=${name},O=acme,ST=WA,C=US`;
  }

  /** Issues a certificate for signing code; gives the folder of notation that signs with it. */
  async issue(name: string, places: SignerPlaces): Promise<void> {
    const [responder, list] = [
      places.ocsp === 'here' ? await this.#ensureResponderPort() : 9,
      places.list === 'here' ? this.#listPort : 9,
    ];
    const extensions = [
      'basicConstraints = critical,CA:false',
      'keyUsage = critical,digitalSignature',
      'extendedKeyUsage = codeSigning',
      ...(places.ocsp === undefined ? [] : [`authorityInfoAccess = OCSP;URI:http://127.0.0.1:${responder}`]),
      ...(places.list === undefined ? [] : [`crlDistributionPoints = URI:http://127.0.0.1:${list}/list.crl`]),
    ];
    await writeFile(join(this.folder, `${name}.ext`), `${extensions.join('\n')}\n`);
    await this.#openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`);
    const subject = `/C=US/ST=WA/O=acme/CN=${name}`;
    await this.#openssl(
      'req',
      '-new',
      '-key',
      `${name}.key`,
      '-subj',
      subject,
      '-config',
      'ca.cnf',
      '-out',
      `${name}.csr`,
    );
    const files = ['-extfile', `${name}.ext`, '-in', `${name}.csr`, '-out', `${name}.pem`];
    await this.#openssl('ca', '-batch', '-notext', '-config', 'ca.cnf', ...files);
    const chain = await Promise.all(
      [`${name}.pem`, 'root.pem'].map((file) => readFile(join(this.folder, file), 'utf8')),
    );
    await writeFile(join(this.folder, `${name}.chain.pem`), chain.join(''));
  }

  async revoke(name: string): Promise<void> {
    await this.#openssl('ca', '-config', 'ca.cnf', '-revoke', `${name}.pem`);
    await this.publishList();
  }

  /** Publishes the list anew, and lets the responder know. */
  async publishList(): Promise<void> {
    await this.#openssl('ca', '-config', 'ca.cnf', '-gencrl', '-out', 'list.pem');
    await this.#openssl('crl', '-in', 'list.pem', '-outform', 'DER', '-out', 'list.crl');
    if (this.#responder !== null) await this.startResponder();
  }

  /** The list that the authority's own tools make. */
  async list(): Promise<Buffer> {
    return await readFile(join(this.folder, 'list.crl'));
  }

  /** Starts the responder on what is known of certificates now. */
  async startResponder(): Promise<void> {
    await this.#stopResponder();
    const port = await this.#ensureResponderPort();
    const words = ['ocsp', '-index', 'index.txt', '-port', String(port), '-nmin', '60'];
    const signing = ['-rsigner', 'root.pem', '-rkey', 'root.key', '-CA', 'root.pem'];
    const responder = spawn('openssl', [...words, ...signing], { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#responder = responder;
    // A connection tried beforehand would be the one that it waits for.
    await new Promise<void>((resolve, reject) => {
      const listen = (text: Buffer): void => void (text.includes('waiting for') && resolve());
      responder.stdout.on('data', listen);
      responder.stderr.on('data', listen);
      responder.on('exit', () => reject(new Error('the responder does not start')));
    });
  }

  /** Signs with real notation; `format` is its own word. */
  async sign(name: string, reference: string, format: 'jws' | 'cose' = 'jws'): Promise<void> {
    const outcome = await this.notation(
      ['sign', '--insecure-registry', '--signature-format', format, '--key', name, reference],
      name,
    );
    if (outcome.status !== 0) throw new Error(`notation sign: ${outcome.stderr}`);
  }

  /** What real notation says at a level of its trust policy. */
  async verify(name: string, reference: string, level: string): Promise<Outcome> {
    return await this.notation(['verify', '--insecure-registry', reference], name, level);
  }

  async notation(words: readonly string[], name: string, level = 'strict'): Promise<Outcome> {
    const folder = join(this.#home, level, name, 'notation');
    await mkdir(join(folder, 'truststore', 'x509', 'ca', 'acme'), { recursive: true });
    const key = { name, keyPath: join(this.folder, `${name}.key`), certPath: join(this.folder, `${name}.chain.pem`) };
    await writeFile(join(folder, 'signingkeys.json'), JSON.stringify({ default: name, keys: [key] }));
    await writeFile(
      join(folder, 'truststore', 'x509', 'ca', 'acme', 'root.pem'),
      await readFile(join(this.folder, 'root.pem')),
    );
    const policy = {
      name: 'all',
      registryScopes: ['*'],
      signatureVerification: { level },
      trustStores: ['ca:acme'],
      trustedIdentities: [`x509.subject: C=US, ST=WA, O=acme, CN=${name}`],
    };
    const file = join(folder, 'trustpolicy.json');
    await writeFile(file, JSON.stringify({ version: '1.0', trustPolicies: [policy] }));
    await chmod(file, 0o600);
    const home = join(folder, '..');
    return await runTool(lab(), lab().notation, words, {
      env: { XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home, HOME: home },
    });
  }

  /** A project whose policy trusts this signer, with a field of its own about revocation. */
  async project(name: string, revocation: string | null): Promise<string> {
    const notation = { subject: this.subjectOf(name), ca: 'root.pem', ...(revocation === null ? {} : { revocation }) };
    const rules = [{ images: ['127.0.0.1:*/**'], signedBy: [{ notation }] }];
    return await projectFolder({
      'docker-verify.yaml': JSON.stringify({ version: 1, mode: 'enforce', rules }),
      'root.pem': await readFile(join(this.folder, 'root.pem'), 'utf8'),
    });
  }

  async stop(): Promise<void> {
    await this.#stopResponder();
    this.#lists?.closeAllConnections();
    await new Promise((resolve) => (this.#lists === null ? resolve(null) : this.#lists.close(resolve)));
  }

  async #openssl(...words: readonly string[]): Promise<void> {
    await run('openssl', [...words], { cwd: this.folder });
  }

  async #stopResponder(): Promise<void> {
    const responder = this.#responder;
    this.#responder = null;
    if (responder === null || responder.exitCode !== null) return;
    const ended = new Promise((resolve) => responder.on('exit', resolve));
    responder.kill();
    await ended;
  }

  async #ensureResponderPort(): Promise<number> {
    if (this.#responderPort === 0) this.#responderPort = await freePort();
    return this.#responderPort;
  }

  async #serveList(): Promise<void> {
    const server = createServer((_request, response) => {
      this.lists += 1;
      this.list().then(
        (bytes) => response.end(bytes),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#lists = server;
    this.#listPort = (server.address() as AddressInfo).port;
  }
}
