import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { withBuiltSboms } from '../../../../../src/gate/run/outcome/built-sboms.ts';
import type { Session } from '../../../../../src/gate/session/session.ts';
import type { BuildRecord, Digest } from '../../../../../src/model/index.ts';
import { digestOf } from '../../../../../src/oci/index.ts';
import { readImageNote } from '../../../../../src/records/index.ts';
import { newFolder } from '../../../../support/new-folder.ts';
import { fakeBuildx } from '../../../builder/fake-buildx.ts';
import { environmentWith } from '../../../builder/test-environment.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const spdx = 'https://spdx.dev/Document';

let state = '';
beforeEach(() => {
  state = newFolder('built-sboms');
});

class Content {
  readonly answers: Record<string, string> = {};

  add(mediaType: string, value: unknown): { mediaType: string; digest: Digest; size: number } {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const digest = digestOf(Buffer.from(text));
    this.answers[`history inspect attachment id ${digest}`] = text;
    return { mediaType, digest, size: Buffer.byteLength(text) };
  }
}

/** What BuildKit makes: an index of one platform, with an attestation manifest beside it. */
function builtContent(subjectOf: (platform: Digest) => Digest = (platform) => platform) {
  const content = new Content();
  const config = content.add('application/vnd.oci.image.config.v1+json', {
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [digestOf(Buffer.from('layer'))] },
  });
  const empty = { schemaVersion: 2, mediaType: manifestType };
  const platform = content.add(manifestType, { ...empty, config, layers: [] });
  const subject = [{ name: 'x', digest: { sha256: subjectOf(platform.digest).slice('sha256:'.length) } }];
  const statement = {
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: spdx,
    subject,
    predicate: { spdxVersion: 'SPDX-2.3' },
  };
  const sbom = content.add('application/vnd.in-toto+json', statement);
  const annotations = { 'in-toto.io/predicate-type': spdx };
  const attestation = content.add(manifestType, { ...empty, config, layers: [{ ...sbom, annotations }] });
  const about = { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': platform.digest };
  const index = content.add('application/vnd.oci.image.index.v1+json', {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      { ...platform, platform: { architecture: 'amd64', os: 'linux' } },
      { ...attestation, annotations: about, platform: { architecture: 'unknown', os: 'unknown' } },
    ],
  });
  return { answers: content.answers, index: index.digest, platform: platform.digest, sbom: sbom.digest };
}

async function noted(answers: Readonly<Record<string, string>>, given: Partial<BuildRecord>) {
  const remarks: string[] = [];
  const environment = environmentWith({ workingDirectory: '/', variables: { XDG_STATE_HOME: state } });
  const session = {
    environment,
    now: () => new Date(0),
    warn: (text: string) => void remarks.push(text),
  } as unknown as Session; // what of it is asked
  const described = {
    ref: 'b/n/id',
    target: 'default',
    tags: ['acme/app:1'],
    pushed: [],
    platforms: ['linux/amd64'],
    ...given,
  };
  const record = await withBuiltSboms(
    { session, programs: await fakeBuildx(answers) },
    described as unknown as BuildRecord, // nothing else of it is asked
  );
  return { sboms: record.sboms, remarks };
}

const folder = (): string => join(state, 'docker-verify');

describe('withBuiltSboms', () => {
  it('puts the SBOM that the builder keeps into the record, and beside the journal with the layers', async () => {
    const built = builtContent();
    expect(await noted(built.answers, { digest: built.index })).toEqual({ sboms: [built.sbom], remarks: [] });
    expect(await readImageNote(folder(), built.index)).toMatchObject({
      sboms: [{ digest: built.sbom, subject: built.platform, trust: 'unsigned', signer: null }],
      layers: { [built.platform]: [digestOf(Buffer.from('layer'))] },
      problem: null,
    });
    const hex = built.sbom.slice('sha256:'.length);
    const kept = await readFile(join(folder(), 'blobs', 'sha256', hex.slice(0, 2), hex));
    expect(digestOf(kept)).toBe(built.sbom);
  });

  it('leaves to the registry what was pushed, where it may be signed later', async () => {
    const built = builtContent();
    const given = { digest: built.index, pushed: ['acme/app:1'] };
    expect(await noted(built.answers, given)).toEqual({ sboms: [built.sbom], remarks: [] });
    expect(await readImageNote(folder(), built.index)).toBeNull();
  });

  it('takes no statement about another image for its SBOM', async () => {
    const built = builtContent(() => digestOf(Buffer.from('another')));
    const { sboms, remarks } = await noted(built.answers, { digest: built.index });
    expect(sboms).toEqual([]);
    expect(remarks).toEqual([expect.stringContaining('is no statement about')]);
  });

  it('takes nothing that has another digest', async () => {
    const built = builtContent();
    const forged = Object.fromEntries(
      Object.entries(built.answers).map(([words, text]) => [
        words,
        words.endsWith(built.sbom) ? text.replace('2.3', '2.2') : text,
      ]),
    );
    const { sboms, remarks } = await noted(forged, { digest: built.index });
    expect(sboms).toEqual([]);
    expect(remarks).toEqual([expect.stringContaining(`should be ${built.sbom}`)]);
  });

  it('says so, and leaves the record as it is, where the builder keeps nothing', async () => {
    const { sboms, remarks } = await noted({}, { digest: builtContent().index });
    expect(sboms).toBeUndefined();
    expect(remarks).toEqual([expect.stringMatching(/^an SBOM of what was built \(acme\/app:1\) is not noted: /)]);
  });

  it('asks for nothing where no image was made', async () => {
    expect(await noted({}, { digest: null })).toEqual({ sboms: [], remarks: [] });
    expect(await noted({}, { digest: builtContent().index, ref: null })).toEqual({ sboms: [], remarks: [] });
  });
});
