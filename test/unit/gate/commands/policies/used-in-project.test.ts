import { describe, expect, it } from 'vitest';
import { usedInProject } from '../../../../../src/gate/commands/policies/used-in-project.ts';
import { standardInput } from '../../../../../src/gate/session/standard-input.ts';
import { folderOf } from '../../../policy/support/policies.ts';
import { sessionIn } from '../../gate-pipeline.ts';

async function usedIn(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folder = await folderOf(files);
  const session = sessionIn(folder);
  const input = standardInput(() => process.stdin, session.environment);
  return [...(await usedInProject(session, folder, input))].toSorted();
}

describe('what a project uses', () => {
  it('are the images of every stage with a name, also of one that the last does not need', async () => {
    const Dockerfile = 'FROM acme.example/a:1 AS one\nFROM acme.example/b:1 AS two\nFROM acme.example/c:1\n';
    expect(await usedIn({ Dockerfile })).toEqual(['acme.example/a:1', 'acme.example/b:1', 'acme.example/c:1']);
  });

  it('are those of every Dockerfile below its folder', async () => {
    const files = { Dockerfile: 'FROM acme.example/a:1\n', 'deep/down/Dockerfile.dev': 'FROM acme.example/b:1\n' };
    expect(await usedIn(files)).toEqual(['acme.example/a:1', 'acme.example/b:1']);
  });

  it('is not known where one of them is no Dockerfile: it is named, with what is wrong', async () => {
    const files = { Dockerfile: 'FROM acme.example/a:1\n', 'b/Dockerfile': 'FROM\n' };
    await expect(usedIn(files)).rejects.toMatchObject({
      code: 'dockerfile.unreadable',
      message: expect.stringMatching(/^what b\/Dockerfile uses could not be read: /),
      cause: expect.objectContaining({ message: expect.any(String) }),
    });
  });

  it('is not known where a frontend of its own decides what is pulled', async () => {
    const files = { Dockerfile: '# syntax=acme.example/frontend:1\nFROM acme.example/a:1\n' };
    await expect(usedIn(files)).rejects.toMatchObject({
      code: 'dockerfile.unreadable',
      message: expect.stringContaining('only the build itself shows what it uses'),
    });
  });
});
