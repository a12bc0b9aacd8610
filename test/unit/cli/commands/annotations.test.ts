import { describe, expect, it } from 'vitest';
import { builtProject, signedProject } from '../../../support/project.ts';

/** A project whose Dockerfile names an image that no rule covers. */
async function refusedProject() {
  const project = await signedProject();
  await project.line.write({ Dockerfile: `FROM ${project.other.name}\n` });
  return project;
}

describe('in GitHub Actions', () => {
  it('what is wrong is shown beside its line, named from the root of the checkout', async () => {
    const { line } = await refusedProject();
    const without = await line.run('check');
    expect(without.err).not.toContain('::error');
    Object.assign(line.variables, { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: line.folder });
    const { status, err } = await line.run('check');
    expect(status).toBe(10);
    expect(err).toMatch(/^::error file=project\/Dockerfile,line=1/m);
  });

  it('nothing is shown where nothing is wrong, nor where quiet was asked for', async () => {
    const { line, app } = await refusedProject();
    line.variables['GITHUB_ACTIONS'] = 'true';
    expect((await line.run('check', '--quiet')).err).not.toContain('::error');
    await line.write({ Dockerfile: `FROM ${app.name}\n` });
    expect((await line.run('check')).err).not.toContain('::');
  });

  it('a build that is refused shows the same', async () => {
    const { line, other } = await builtProject();
    await line.write({ Dockerfile: `FROM ${other.name}\n` });
    line.variables['GITHUB_ACTIONS'] = 'true';
    expect((await line.run('build', '.')).err).toMatch(/^::error file=Dockerfile,line=1/m);
  });
});

describe('a report for code scanning', () => {
  it.each([
    ['sarif', '"uri":"project/Dockerfile"'],
    ['codequality', '"path":"project/Dockerfile"'],
  ])('as %s names its files from the root of the checkout', async (format, expected) => {
    const { line } = await refusedProject();
    line.variables['CI_PROJECT_DIR'] = line.folder;
    const { status, out } = await line.run('check', '--format', format);
    expect(status).toBe(10);
    expect(JSON.stringify(JSON.parse(out))).toContain(expected);
  });
});

describe('a survey', () => {
  it('ends with the worst of all: a file that cannot be read hides no refusal, and no refusal hides it', async () => {
    const { line, other, app } = await signedProject({ 'broken/Dockerfile': 'FRM x\n' });
    expect((await line.run('check', '--recursive')).status).toBe(65);
    await line.write({ 'below/Dockerfile': `FROM ${other.name}\n` });
    const { status, out } = await line.run('check', '--recursive');
    expect(status).toBe(65);
    expect(out).toContain(other.name);
    await line.write({ 'broken/Dockerfile': `FROM ${app.name}\n` });
    expect((await line.run('check', '--recursive')).status).toBe(10);
  });
});
