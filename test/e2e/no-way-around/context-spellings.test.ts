import { describe, expect, it } from 'vitest';
import { openContextOracle } from '../../../scripts/oracle/ask-contexts.ts';
import { randomContexts } from '../../../scripts/oracle/random-contexts.ts';
import { acmePolicy, lab, runDocker, runVerify } from '../support/lab.ts';
import { containerdEngine, engines, project, pullLayout, pushGoodAndEvil, reported, unguarded } from './project.ts';
import { archive } from './remote-context.ts';

const { good, evil } = await pushGoodAndEvil('no-way-around/spellings');
const onImages = (...images: string[]): string => acmePolicy({ images: ['127.0.0.1:*/**', ...images] });

/** A name for an image that a policy speaks of, and contexts of which the last puts a folder in its place. */
interface Attack {
  readonly name: string;
  readonly contexts: readonly string[];
  readonly folder: string;
}

const attacks: Readonly<Record<string, Attack>> = {
  'docker-image: without //': { name: good, contexts: [`${good}=docker-image:evil`], folder: 'docker-image:evil' },
  'input:': { name: good, contexts: [`${good}=input:evil`], folder: 'input:evil' },
  'service:': { name: good, contexts: [`${good}=service:evil`], folder: 'service:evil' },
  'oci-layout: without //': { name: good, contexts: [`${good}=oci-layout:evil`], folder: 'oci-layout:evil' },
  'a registry with an IPv6 address': {
    name: '[::1]:5750/acme/base:1',
    contexts: ['[::1]:5750/acme/base:1=./evil'],
    folder: 'evil',
  },
  'a name that is a number, after another spelling of it': {
    name: '1',
    contexts: [`docker.io/library/1=docker-image://${good}`, '1=./evil'],
    folder: 'evil',
  },
};

describe.each(Object.entries(attacks))('a folder in the place of a verified name: %s', (_, attack) => {
  const args = attack.contexts.flatMap((context) => ['--build-context', context]);

  it.each(engines)('is refused, which plain Docker builds on the %s store', async (_store, env) => {
    const files = { [`${attack.folder}/which`]: 'folder' };
    const folder = await project(`FROM ${attack.name}\n`, { policy: onImages('[::1]:*/**', 'library/1'), files });
    expect(await unguarded(folder, args, { env })).toMatchObject({ status: 0, which: 'folder' });
    const refused = await reported(folder, args, { env });
    expect(refused).toMatchObject({ status: 10, which: null, report: { verdict: 'block', images: [] } });
    expect(refused.report.findings.map(({ code }) => code)).toEqual(['context.replaces-image']);
  });
});

describe('a Dockerfile that only the builder reads', () => {
  const files = { 'evil/which': 'folder' };
  const given = async (name: string) => ({
    context: '-',
    stdin: await archive({ Dockerfile: `FROM scratch\nCOPY --from=${name} /which /which\n` }, '-cjf'),
  });

  it.each([good, 'example.com/assets', 'assets:1'])(
    'is refused with a folder named %s, which plain Docker builds',
    async (name) => {
      const folder = await project('', { files });
      const args = ['--build-context', `${name}=./evil`];
      expect(await unguarded(folder, args, await given(name))).toMatchObject({ status: 0, which: 'folder' });
      const refused = await reported(folder, args, await given(name));
      expect(refused).toMatchObject({ status: 10, which: null, report: { verdict: 'block' } });
      expect(refused.report.findings.map(({ code }) => code)).toContain('context.replaces-image');
    },
  );

  it('is refused with a folder under a plain name that a rule matches', async () => {
    const folder = await project('', { files, policy: onImages('library/golang') });
    const args = ['--build-context', 'golang=./evil'];
    expect(await unguarded(folder, args, await given('golang'))).toMatchObject({ status: 0, which: 'folder' });
    expect(await reported(folder, args, await given('golang'))).toMatchObject({ status: 10, which: null });
  });

  it('is built with a folder under a plain name, or one that the policy lists', async () => {
    const plain = await project('', { files });
    expect(await reported(plain, ['--build-context', 'assets=./evil'], await given('assets'))).toMatchObject({
      status: 0,
      which: 'folder',
    });
    const policy = JSON.stringify({ ...JSON.parse(acmePolicy()), contexts: ['assets:1'] });
    const listing = await project('', { files, policy });
    expect(await reported(listing, ['--build-context', 'assets:1=./evil'], await given('assets:1'))).toMatchObject({
      status: 0,
      which: 'folder',
    });
  });

  it.skipIf(containerdEngine === null)(
    'is judged with a layout by what lies in it, on the containerd store',
    async () => {
      const folder = await project('', { files });
      const options = { ...(await given(good)), env: containerdEngine ?? {} };
      const bad = ['--build-context', `${good}=oci-layout://${await pullLayout(evil)}`];
      expect(await unguarded(folder, bad, options)).toMatchObject({ status: 0, which: 'evil' });
      expect(await reported(folder, bad, options)).toMatchObject({ status: 10, which: null });
      const fine = ['--build-context', `${good}=oci-layout://${await pullLayout(good)}`];
      expect(await reported(folder, fine, options)).toMatchObject({ status: 0, which: 'good' });
    },
  );

  it('is refused with a folder where another frontend reads it', async () => {
    const folder = await project(`# syntax=${good}\nFROM example.com/base\n`, { files });
    const refused = await reported(folder, ['--build-context', 'example.com/base=./evil']);
    expect(refused).toMatchObject({ status: 10, which: null });
    expect(refused.report.findings.map(({ code }) => code)).toContain('context.replaces-image');
  });
});

describe('another target of a bake, made of local files', () => {
  const evil = { context: 'evil', 'dockerfile-inline': 'FROM scratch\nCOPY which /which\n' };
  const bakeFile = (name: string): string =>
    JSON.stringify({
      target: { default: { contexts: { [name]: 'target:evil' }, output: ['type=local,dest=out'] }, evil },
    });
  const given = (name: string, policy = acmePolicy()) =>
    project(`FROM ${name}\n`, { policy, files: { 'docker-bake.json': bakeFile(name), 'evil/which': 'folder' } });

  it.each([good, 'example.com/base', 'base:1'])(
    'is refused in the place of %s, which plain Docker builds',
    async (name) => {
      const folder = await given(name);
      expect(await runDocker(['buildx', 'bake'], { cwd: folder })).toMatchObject({ status: 0 });
      const refused = await runVerify(['bake'], { cwd: folder });
      expect(refused).toMatchObject({ status: 10 });
      expect(refused.stderr).toContain('context.replaces-image');
    },
  );

  it('is refused under a plain name that a rule matches', async () => {
    const refused = await runVerify(['bake'], { cwd: await given('golang', onImages('library/golang')) });
    expect(refused).toMatchObject({ status: 10 });
    expect(refused.stderr).toContain('another target of this bake stands in for an image');
  });

  it('is built upon under a plain name, as targets are made to be, and where the policy lists the name', async () => {
    expect(await runVerify(['bake'], { cwd: await given('base') })).toMatchObject({ status: 0 });
    const policy = JSON.stringify({ ...JSON.parse(acmePolicy()), contexts: [good] });
    expect(await runVerify(['bake'], { cwd: await given(good, policy) })).toMatchObject({ status: 0 });
  });
});

describe('what buildx takes for a name', () => {
  const count = 24;
  const seed = 5000; // scripts/oracle/contexts.ts takes as many as one likes

  it(`is what we say that it takes, for ${count} of ${count} random spellings`, async () => {
    const oracle = await openContextOracle(lab());
    const differing: unknown[] = [];
    for (let number = seed; number < seed + count; number += 1) {
      const context = randomContexts(number);
      const { theirs, ours, log } = await oracle.compare(context);
      if (JSON.stringify(theirs) !== JSON.stringify(ours)) differing.push({ number, context, theirs, ours, log });
    }
    expect(differing).toEqual([]);
  });
});
