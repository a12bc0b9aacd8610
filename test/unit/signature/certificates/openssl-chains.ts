import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as fc from 'fast-check';

const run = promisify(execFile);

/** What openssl is given about one certificate. */
export interface ChainLink {
  readonly subject: string;
  /** Lines of an extension section, and sections that they refer to. */
  readonly extensions: readonly string[];
  readonly sections: readonly string[];
}

/** A chain below a root, the widest authority first. */
export type ChainSpec = readonly ChainLink[];

const policies = ['1.2.3.1', '1.2.3.2', '1.2.3.3', '2.5.29.32.0'];
const critical = fc.constantFrom('critical,', '');
const maybe = <Value>(value: fc.Arbitrary<Value>, weight = 2): fc.Arbitrary<Value | null> =>
  fc.option(value, { nil: null, freq: weight });

const certificatePolicies = fc
  .tuple(critical, fc.subarray(policies, { minLength: 1 }))
  .map(([mark, found]) => `certificatePolicies = ${mark}${found.join(',')}`);
const policyConstraints = fc
  .tuple(fc.constantFrom('requireExplicitPolicy', 'inhibitPolicyMapping'), fc.integer({ min: 0, max: 2 }))
  .map(([name, count]) => `policyConstraints = critical,${name}:${count}`);
const inhibitAnyPolicy = fc.integer({ min: 0, max: 1 }).map((count) => `inhibitAnyPolicy = critical,${count}`);
const policyMappings = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...policies.slice(0, 3)), fc.constantFrom(...policies.slice(0, 3))), {
    minLength: 1,
    maxLength: 2,
    selector: ([from, to]) => `${from} ${to}`,
  })
  .map((pairs) => `policyMappings = ${pairs.map(([from, to]) => `${from}:${to}`).join(',')}`);

const constraintBases = [
  'DNS:example.com',
  'DNS:.example.com',
  'email:example.com',
  'email:.example.com',
  'email:build@example.com',
  'URI:example.com',
  'URI:.example.com',
  'IP:10.1.0.0/255.255.0.0',
  'IP:2001:db8:0:0:0:0:0:0/ffff:ffff:0:0:0:0:0:0',
  'dirName:acme',
  'dirName:spelled',
  'dirName:other',
  'dirName:multiple',
];
const constraintSections = [
  '[acme]\nC = US\nO = Acme',
  '[spelled]\nC = us\nO = "ACME "',
  '[other]\nC = US\nO = Other',
  '[multiple]\nC = US\nO = Acme\n+OU = Build',
];
const nameConstraints = fc
  .uniqueArray(fc.tuple(fc.constantFrom('permitted', 'permitted', 'excluded'), fc.constantFrom(...constraintBases)), {
    minLength: 1,
    maxLength: 4,
    selector: ([, base]) => base,
  })
  .map((found) => `nameConstraints = critical,${found.map(([kind, base]) => `${kind};${base}`).join(',')}`);

const alternativeNames = fc
  .uniqueArray(
    fc.constantFrom(
      'DNS:example.com',
      'DNS:a.example.com',
      'DNS:badexample.com',
      'DNS:EXAMPLE.com',
      'email:build@example.com',
      'email:Build@example.com',
      'email:x@a.EXAMPLE.com',
      'email:x@other.test',
      'URI:https://example.com/a',
      'URI:https://a.example.com:8443/b?c',
      'URI:https://example.com.other.test/',
      'URI:spiffe://example.com/x',
      'IP:10.1.2.3',
      'IP:10.2.2.3',
      'IP:2001:db8::1',
      'IP:2001:db9::1',
      'RID:1.2.3.4',
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((names) => `subjectAltName = ${names.join(',')}`);
const organisations = ['/C=US/O=Acme', '/C=US/O=ACME  ', '/C=US/O=Other', '/C=US/O=Acme+OU=Build', '/O=Acme/C=US'];
const subject = (name: string): fc.Arbitrary<string> =>
  fc.constantFrom(...organisations).map((organisation) => `${organisation}/CN=${name}`);

const authorityUses = 'keyUsage = critical,keyCertSign,cRLSign';
const keyNames = ['subjectKeyIdentifier = hash', 'authorityKeyIdentifier = keyid'];

function link(name: fc.Arbitrary<string>, lines: readonly fc.Arbitrary<string | null>[]): fc.Arbitrary<ChainLink> {
  return fc.tuple(name, fc.tuple(...lines)).map(([found, extensions]) => ({
    subject: found,
    extensions: [...keyNames, ...extensions.filter((line) => line !== null)],
    sections: constraintSections,
  }));
}

function authority(name: fc.Arbitrary<string>): fc.Arbitrary<ChainLink> {
  const constraints = fc
    .option(fc.integer({ min: 0, max: 2 }), { nil: null, freq: 3 })
    .map((most) => `basicConstraints = critical,CA:true${most === null ? '' : `,pathlen:${most}`}`);
  return link(name, [
    constraints,
    fc.constant(authorityUses),
    maybe(certificatePolicies, 6),
    maybe(policyConstraints),
    maybe(inhibitAnyPolicy, 1),
    maybe(policyMappings, 1),
    maybe(nameConstraints),
  ]);
}

const signer = link(subject('signer'), [
  fc.constant('basicConstraints = CA:false'),
  fc.constant('keyUsage = critical,digitalSignature'),
  fc.constant('extendedKeyUsage = codeSigning'),
  maybe(certificatePolicies, 6),
  maybe(alternativeNames, 3),
]);

/** Chains of one to three authorities and a signer; in some an authority has issued itself anew. */
export const chains: fc.Arbitrary<ChainSpec> = fc
  .tuple(authority(subject('first')), fc.array(authority(subject('second')), { maxLength: 1 }), fc.boolean(), signer)
  .chain(([first, more, isRenewed, last]) => {
    const renewed = isRenewed ? authority(fc.constant(first.subject)).map((each) => [each]) : fc.constant([]);
    return renewed.map((again): ChainSpec => [first, ...again, ...more, last]);
  });

/** A folder in which openssl makes the certificates of chains, and judges them. */
export class OpensslAuthority {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async start(): Promise<OpensslAuthority> {
    const authority = new OpensslAuthority(await mkdtemp(join(tmpdir(), 'openssl-chains-')));
    for (let number = 0; number < 5; number++) {
      await authority.#openssl(
        'genpkey',
        '-algorithm',
        'EC',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-out',
        `${number}.key`,
      );
      await authority.#openssl('pkey', '-in', `${number}.key`, '-pubout', '-out', `${number}.pub`);
    }
    const root = {
      subject: '/CN=root',
      extensions: ['basicConstraints = critical,CA:true', authorityUses, ...keyNames],
      sections: [],
    };
    await authority.#issue('root', root, 0, null);
    return authority;
  }

  async #openssl(...parameters: string[]): Promise<string> {
    return (await run('openssl', parameters, { cwd: this.folder })).stdout;
  }

  async #issue(
    name: string,
    { subject: named, extensions, sections }: ChainLink,
    key: number,
    issuer: readonly [string, number] | null,
  ): Promise<void> {
    await writeFile(join(this.folder, `${name}.ext`), `${['[ext]', ...extensions, ...sections].join('\n')}\n`);
    const by =
      issuer === null
        ? ['-key', `${key}.key`]
        : ['-force_pubkey', `${key}.pub`, '-CA', `${issuer[0]}.pem`, '-CAkey', `${issuer[1]}.key`];
    const files = ['-extfile', `${name}.ext`, '-extensions', 'ext', '-out', `${name}.pem`];
    await this.#openssl('x509', '-new', '-subj', named, '-days', '30', ...by, ...files);
  }

  /** Makes a chain; answers its certificates as PEM, the signer's first and the root's last. */
  async make(id: string, chain: ChainSpec): Promise<readonly string[]> {
    let issuer: readonly [string, number] = ['root', 0];
    const names = ['root'];
    for (const [index, each] of chain.entries()) {
      const name = `${id}-${index}`;
      await this.#issue(name, each, index + 1, issuer);
      issuer = [name, index + 1];
      names.unshift(name);
    }
    return await Promise.all(names.map((name) => readFile(join(this.folder, `${name}.pem`), 'utf8')));
  }

  /** What openssl says of a chain with policies checked: null where it is good, else its reason. */
  async judge(id: string, [leaf = '', ...above]: readonly string[]): Promise<string | null> {
    await writeFile(join(this.folder, `${id}.leaf`), leaf);
    await writeFile(join(this.folder, `${id}.between`), above.slice(0, -1).join(''));
    // openssl takes no policy at all for none, RFC 5280 for any
    const policy = ['-policy_check', '-policy', '2.5.29.32.0'];
    const options = ['-x509_strict', ...policy, '-CAfile', 'root.pem', '-untrusted', `${id}.between`];
    try {
      await this.#openssl('verify', ...options, `${id}.leaf`);
      return null;
    } catch (error) {
      const text = error instanceof Object && 'stderr' in error ? String(error.stderr) : String(error);
      return /error \d+ at \d+ depth lookup: (.*)/.exec(text)?.[1] ?? text;
    }
  }
}
