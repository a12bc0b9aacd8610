import { readVex } from '../../../src/inventory/index.ts';
import { appendRecords } from '../../../src/records/index.ts';
import { digestFor, image, newStateFolder, noteImage, record, spdx } from './support.ts';

export const testing = 'pkg:deb/debian/liblzma5@5.6.1-1?arch=amd64&upstream=xz-utils&distro=debian-13';
const noble = 'pkg:deb/ubuntu/liblzma5@5.6.1%2Breally5.4.5-1ubuntu0.3?upstream=xz-utils&distro=ubuntu-24.04';
export const alpine = 'pkg:apk/alpine/xz-libs@5.4.5-r0?upstream=xz&distro=alpine-3.19';
const layer = digestFor('the layer of the base');

/** Seven builds, as on the day of the backdoor. */
export async function sevenBuilds(): Promise<string> {
  const folder = newStateFolder();
  await noteImage(folder, 'docker.io/library/debian:testing', spdx([testing]), { layers: [layer] });
  await noteImage(folder, 'docker.io/library/ubuntu:noble', spdx([noble]));
  await noteImage(folder, 'docker.io/library/alpine:3.19', spdx([alpine]));
  await noteImage(folder, 'registry.example.com/acme/golden:1', spdx([[testing, layer]]), { layers: [layer] });
  await noteImage(folder, 'registry.example.com/other/bare:1', null);
  // one after another is soon enough
  // oxlint-disable-next-line no-await-in-loop
  for (const tag of ['debian', 'ubuntu', 'alpine', 'child', 'builder', 'vex'])
    await noteImage(
      folder,
      `acme/${tag}:1`,
      spdx(
        { ubuntu: [noble], alpine: [alpine], builder: ['pkg:golang/example.com/app@v1.0.0'] }[tag] ?? [
          [testing, layer],
        ],
      ),
      { trust: 'unsigned', layers: [layer] },
    );
  await appendRecords(folder, [
    record('acme/debian:1', [image('docker.io/library/debian:testing')], {
      pushed: ['registry.example.com/acme/debian:1'],
    }),
    record('acme/ubuntu:1', [image('docker.io/library/ubuntu:noble')]),
    record('acme/alpine:1', [image('docker.io/library/alpine:3.19')]),
    record('acme/child:1', [image('registry.example.com/acme/golden:1')]),
    record('acme/builder:1', [
      image('docker.io/library/debian:testing', 'build-stage'),
      image('docker.io/library/alpine:3.19'),
    ]),
    record('acme/bare:1', [image('registry.example.com/other/bare:1')]),
    record('acme/vex:1', [image('docker.io/library/debian:testing')]),
  ]);
  return folder;
}

/** VEX about the last of them. */
export const vex = readVex({
  '@context': 'https://openvex.dev/ns/v0.2.0',
  statements: [
    {
      vulnerability: { name: 'CVE-2024-3094' },
      products: [{ '@id': digestFor('acme/vex:1'), subcomponents: [{ '@id': 'pkg:deb/debian/xz-utils' }] }],
      status: 'not_affected',
      justification: 'vulnerable_code_not_in_execute_path',
    },
  ],
});
