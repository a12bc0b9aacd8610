import { describe, expect, it } from 'vitest';
import { byKey, inputOf } from './support/evidence.ts';
import { acme, files, other, verdict } from './support/verdict.ts';

describe('publisher', () => {
  it('stands for its signers, each for the images that it signs', async () => {
    const publishers = `version: 1\npublishers:\n  acme:\n    entries:\n      - {images: ["**/app"], signedBy: [{key: acme.pub}]}\n      - {images: ["**/tool"], signedBy: [{key: other.pub}]}\n`;
    const project = `version: 1\npublishers: p.yaml\nrules: [{images: ["**"], signedBy: [{publisher: acme}]}]\n`;
    const layers = { files: { ...files, 'p.yaml': publishers } };
    expect(await verdict(project, inputOf('x.example.com/app', [byKey(acme)]), layers)).toMatchObject({
      status: 'allow',
    });
    expect(await verdict(project, inputOf('x.example.com/app', [byKey(other)]), layers)).toMatchObject({
      status: 'block',
    });
    expect(await verdict(project, inputOf('x.example.com/tool', [byKey(other)]), layers)).toMatchObject({
      status: 'allow',
    });
    expect(await verdict(project, inputOf('x.example.com/mirrored', [byKey(other)]), layers)).toMatchObject({
      status: 'allow',
    });
  });
});
