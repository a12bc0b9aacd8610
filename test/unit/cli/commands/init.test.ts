import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type Project, signedProject } from '../../../support/project.ts';
import { addImage, newKeyHolder, signImage } from '../../../support/signed-registry.ts';

/** A Dockerfile whose result rests on all of these images. */
function using(names: readonly string[]): string {
  const stages = names.map((name, index) => `FROM ${name} AS stage${index}\n`);
  return `${stages.join('')}${names.map((_, index) => `COPY --from=stage${index} / /\n`).join('')}`.replace(
    /COPY --from=stage\d+ \/ \/\n$/,
    '',
  );
}

/** A project without a policy that builds on a signed image, whose key lies in it, and on what else is named. */
async function openProject(...more: readonly string[]): Promise<Project> {
  const project = await signedProject();
  const { line, acme, app, registry } = project;
  await rm(line.path('docker-verify.yaml'));
  const names = [app.name, ...more.map((each) => `${registry.host}/${each}`)];
  await line.write({ 'acme.pub': acme.pem, Dockerfile: using(names) });
  return project;
}

/** From here on the registry has no answer for what is attached to a repository, or for its images. */
function fails({ registry }: Project, path: RegExp): void {
  registry.intercept = ({ url = '' }, response) => {
    if (!path.test(url)) return false;
    response.writeHead(403).end();
    return true;
  };
}

describe('init', () => {
  it('writes no policy where a person leaves before the end, by the end of the input', async () => {
    const { line } = await openProject();
    line.hangsUp();
    const { status, err } = await line.run('init');
    expect([status, err]).toEqual([130, expect.stringContaining('nothing was written')]);
    await expect(line.read('docker-verify.yaml')).rejects.toThrow('ENOENT');
  });

  it('asks for no further key where none is named, and locks what is signed by one that is not known', async () => {
    const project = await openProject();
    const { line, registry } = project;
    const stranger = addImage(registry, 'stranger');
    signImage(registry, 'stranger', stranger, newKeyHolder());
    await line.write({ Dockerfile: `FROM ${registry.host}/stranger:1\n` });
    line.answers('', 'y');
    const { status, err } = await line.run('init');
    expect(status).toBe(0);
    expect(err.match(/A file with its public key/g)).toHaveLength(1);
    expect(err).toContain('nothing proves who signed it');
    expect(JSON.parse(await line.read('docker-verify.lock.json'))).toMatchObject({
      images: { [`${registry.host}/stranger:1`]: { digest: stranger.digest, signer: null } },
    });
  });

  it('says in the first line that nothing is proven: such a project must not look safe', async () => {
    const { line, other } = await openProject();
    await line.write({ Dockerfile: `FROM ${other.name}\n` });
    const { err } = await line.run('init', '--yes');
    expect(err).toMatch(/^Found 1 repository that this builds on; of none is it proven who signs\./);
  });

  it('does not say of a project that builds on no image that something could not be verified', async () => {
    const { line } = await openProject();
    await line.write({ Dockerfile: 'FROM scratch\n' });
    const { status, err } = await line.run('init', '--yes');
    expect([status, err]).toEqual([0, expect.stringMatching(/^This builds on no image\.\n/)]);
    await line.write({ Dockerfile: 'FROM scratch\nCOPY x y\n' });
    expect((await line.run('init', '--yes', '--add')).err).toMatch(/^Every image .* has a rule already/);
  });

  it('locks nothing where every image has a signer that is trusted', async () => {
    const { line } = await openProject();
    const { status, err } = await line.run('init', '--yes', '--key', 'acme.pub');
    expect(status).toBe(0);
    expect(err).not.toContain('Locked to the digest');
    expect(err).toMatch(/^Wrote docker-verify\.yaml$/m);
    expect(await line.read('docker-verify.yaml')).not.toContain('locked:');
  });
});

describe('init --add', () => {
  it.each([
    [['app:1'], '1 image has a rule already.'],
    [['app:1', 'app:2'], '2 images have a rule already.'],
  ])('adds the rules that are missing to those that are there, and counts these (%j)', async (ruled, said) => {
    const project = await signedProject();
    const { line, acme, registry, other } = project;
    const before = await line.read('docker-verify.yaml');
    signImage(registry, 'app', addImage(registry, 'app', '2'), acme);
    const names = [...ruled.map((each) => `${registry.host}/${each}`), other.name];
    await line.write({ Dockerfile: using(names) });
    const { status, err } = await line.run('init', '--yes', '--add');
    expect(status).toBe(0);
    expect(err).toContain(said);
    expect(err).toMatch(/^Found 1 repository without a rule; nothing proves who signs there\.$/m);
    expect(err).toContain('\nLocked to the digest that they have now:\n');
    expect(err).toMatch(/^Wrote docker-verify\.yaml and docker-verify\.lock\.json$/m);
    expect(err).toContain('Added to docker-verify.yaml:');
    const after = await line.read('docker-verify.yaml');
    expect(after.startsWith(before.trimEnd())).toBe(true);
    expect(after).toContain(other.name.replace(/:1$/, ''));
  });
});

describe('init where a registry does not answer', () => {
  it('writes no rule for what could not be seen, one for the rest, and says so with 11', async () => {
    const project = await openProject('other:1');
    const { line, other } = project;
    fails(project, /^\/v2\/other\/(?:referrers|manifests\/sha256-)/);
    const { status, err } = await line.run('init', '--yes', '--key', 'acme.pub');
    expect(status).toBe(11);
    expect(err).toMatch(new RegExp(`has no rule for them.*:\\n {2}${other.name.replace(/:1$/, '')} `));
    const policy = await line.read('docker-verify.yaml');
    expect(policy).toContain('/app');
    expect(policy).not.toContain('/other');
  });

  it('writes nothing where nothing could be seen: not seeing a signature is not its absence', async () => {
    const project = await openProject();
    fails(project, /^\/v2\/app\/(?:referrers|manifests\/sha256-)/);
    const { status } = await project.line.run('init', '--yes', '--key', 'acme.pub');
    expect(status).toBe(11);
    await expect(project.line.read('docker-verify.yaml')).rejects.toThrow('ENOENT');
    await expect(project.line.read('docker-verify.lock.json')).rejects.toThrow('ENOENT');
  });
});
