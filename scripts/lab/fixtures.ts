// Makes the lab's images and keys with the real tools. What is there already is left as it is.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { githubWorkflowClaims } from './identity-token.ts';
import { buildImage, copyImage, digestOf, findDigest, pushIndex, pushLayer } from './images.ts';
import { mustRun, openLab, type RunningLab } from './running-lab.ts';
import { sign } from './signing.ts';

async function makeKey(lab: RunningLab, name: string): Promise<void> {
  const prefix = join(lab.home, 'keys', name);
  if (!existsSync(`${prefix}.pub`)) {
    await mustRun(lab, lab.cosign3, ['generate-key-pair', '--output-key-prefix', prefix]);
  }
}

/** Runs `make` unless it ran before and the image it made is still what `reference` names. */
async function once(lab: RunningLab, reference: string, make: () => Promise<unknown>): Promise<void> {
  const stamp = join(lab.home, 'fixtures', reference.replaceAll(/[/:]/g, '_'));
  const before = existsSync(stamp) ? await readFile(stamp, 'utf8') : null;
  if (before !== null && before === (await findDigest(lab, reference))) {
    return;
  }
  await make();
  await writeFile(stamp, await digestOf(lab, reference));
}

const baseDockerfile = `FROM scratch
COPY busybox /bin/busybox
RUN --network=none ["/bin/busybox", "--install", "-s", "/bin"]
COPY marker /marker
CMD ["sh"]
`;

async function baseImage(lab: RunningLab, reference: string): Promise<void> {
  const busybox = await readFile(join(lab.home, 'bin', 'busybox'));
  await buildImage(lab, reference, baseDockerfile, { busybox, marker: 'signed\n' });
}

/** The images of the registry without a referrers API. */
async function mainImages(lab: RunningLab): Promise<void> {
  const at = (name: string): string => `${lab.registry}/${name}`;
  const acme = { key: lab.keys.acme.privateKey };
  const base = at('signed/base:1');
  const marked = async (name: string, make?: (reference: string) => Promise<unknown>): Promise<void> => {
    const reference = at(name);
    await once(lab, reference, async () => {
      await pushLayer(lab, base, reference, { [name.replaceAll(/[/:]/g, '-')]: `${name}\n` });
      await make?.(reference);
    });
  };
  await once(lab, base, async () => {
    await baseImage(lab, base);
    await sign(lab, base, { signer: acme, cosign: 3 });
  });
  await marked('legacy/base:1', (to) => sign(lab, to, { signer: acme, cosign: 2 }));
  await marked('logged/base:1', (to) => sign(lab, to, { signer: acme, cosign: 3, witness: 'rekor1' }));
  await marked('keyless/base:1', (to) => sign(lab, to, { signer: { identity: {} }, cosign: 3 }));
  await marked('keyless/tiles:1', (to) =>
    sign(lab, to, { signer: { identity: {} }, cosign: 3, witness: 'rekor2-timestamp' }),
  );
  await marked('keyless2/base:1', (to) => sign(lab, to, { signer: { identity: {} }, cosign: 2 }));
  const workflow = githubWorkflowClaims({ repository: 'acme/app', ref: 'refs/tags/v1' });
  await marked('workflow/base:1', (to) => sign(lab, to, { signer: { identity: workflow }, cosign: 3 }));
  await marked('wrong/base:1', (to) => sign(lab, to, { signer: { key: lab.keys.mallory.privateKey }, cosign: 3 }));
  await marked('unsigned/base:1');
  await marked('moved/base:good', (to) => sign(lab, to, { signer: acme, cosign: 3 }));
  await marked('moved/base:evil');
  await once(lab, at('moved/base:1'), () => copyImage(lab, at('moved/base:good'), at('moved/base:1')));
  await Promise.all(
    Array.from({ length: 10 }, (_, number) =>
      marked(`signed/b${number}:1`, (to) => sign(lab, to, { signer: acme, cosign: 3 })),
    ),
  );
  await once(lab, at('signed/multi:1'), async () => {
    await pushIndex(lab, base, at('signed/multi:1'));
    await sign(lab, at('signed/multi:1'), { signer: acme, cosign: 3 });
  });
  for (const [name, source] of [
    ['signed/onbuild:1', 'signed/b0:1'],
    ['signed/onbuild-unsigned:1', 'unsigned/base:1'],
  ] as const) {
    await once(lab, at(name), async () => {
      await buildImage(lab, at(name), `FROM ${base}\nONBUILD COPY --from=${at(source)} /marker /from-onbuild\n`);
      await sign(lab, at(name), { signer: acme, cosign: 3 });
    });
  }
}

/** The same forms in the registry that has the referrers API. */
async function referrersImages(lab: RunningLab): Promise<void> {
  const acme = { key: lab.keys.acme.privateKey };
  for (const [name, from, signer] of [
    ['signed/base:1', 'signed/base:1', acme],
    ['keyless/base:1', 'keyless/base:1', { identity: {} }],
    ['signed/multi:1', 'signed/multi:1', acme],
    ['unsigned/base:1', 'unsigned/base:1', null],
  ] as const) {
    const to = `${lab.referrersRegistry}/${name}`;
    await once(lab, to, async () => {
      await copyImage(lab, `${lab.registry}/${from}`, to);
      if (signer !== null) {
        await sign(lab, to, { signer, cosign: 3 });
      }
    });
  }
}

async function layoutCopy(lab: RunningLab): Promise<void> {
  const stamp = join(lab.layout, 'index.json');
  if (!existsSync(stamp)) {
    await rm(lab.layout, { recursive: true, force: true });
    await mkdir(join(lab.home, 'layout'), { recursive: true });
    const pull = [
      'pull',
      '--insecure',
      '--format',
      'oci',
      '--annotate-ref',
      `${lab.registry}/signed/base:1`,
      lab.layout,
    ];
    await mustRun(lab, lab.crane, pull);
  }
}

const home = process.argv[2];
if (home === undefined) {
  console.error('usage: fixtures.ts LAB_HOME');
  process.exit(64);
}
const lab = openLab(home);
await mkdir(join(lab.home, 'fixtures'), { recursive: true });
await mkdir(join(lab.home, 'keys'), { recursive: true });
await makeKey(lab, 'acme');
await makeKey(lab, 'mallory');
await mainImages(lab);
await layoutCopy(lab);
await referrersImages(lab);
