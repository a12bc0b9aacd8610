import { describe, expect, it } from 'vitest';
import { policiesOf } from '../support/policies.ts';

const project = `version: 1
rules:
  - images: ["**"]
    signedBy: [{keyless: {issuer: "https://i", identity: me}, trustedRoot: root.json}]
`;
const load = (text: string) => policiesOf({ project, files: { 'root.json': text } });

describe('the file of a trusted root', () => {
  it.each([
    ['one object', '{"a": 1}', 1],
    ['one object over several lines', '{\n"a": 1\n}\n', 1],
    ['an object a line, as GitHub publishes its own', '{"a": 1}\n\n{"b": 1}\n', 2],
  ])('may hold %s', async (_, text, count) => {
    expect((await load(text)).layers[0]?.trustedRoots).toHaveLength(count);
  });

  it.each([
    ['nothing', ''],
    ['empty lines', '\n \n'],
    ['no JSON', 'root'],
    ['a list', '[{"a": 1}]'],
    ['null', 'null'],
    ['an object and a line that is none', '{"a": 1}\nroot\n'],
  ])('may not hold %s', async (_, text) => {
    await expect(load(text)).rejects.toThrow(/root\.json is not a trusted root/);
  });
});

describe('a key in a policy', () => {
  it.each(['awskms://x', 'http://x/acme.pub', 'GCPKMS://x'])('may not be %s', async (key) => {
    const text = `version: 1\nrules:\n  - images: ["**"]\n    signedBy: [{key: "${key}"}]\n`;
    await expect(policiesOf({ project: text })).rejects.toThrow(/is not supported as a key/);
  });

  it('may be a file whose path has two slashes', async () => {
    const text = 'version: 1\nrules:\n  - images: ["**"]\n    signedBy: [{key: "./none://acme.pub"}]\n';
    await expect(policiesOf({ project: text })).rejects.toThrow(/no such file/);
  });
});
