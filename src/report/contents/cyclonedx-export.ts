import { createHash } from 'node:crypto';
import type { BuildContents, BuildPart, ContainedPackage } from '../../model/index.ts';
import { imageUrl } from '../text/image-url.ts';
import { renderJsonDocument } from '../text/json-report.ts';
import type { Shown } from '../text/visible.ts';
import { runtimePackages, stagePackages } from './build-packages.ts';

type Component = Readonly<Record<string, unknown>>;

const image = 'image';

/** The same record gives the same serial number, so that a store of documents replaces the older one. */
function serialNumber(id: string): string {
  const hex = createHash('sha256').update(`docker-verify ${id}`).digest('hex');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return `urn:uuid:${parts.join('-')}`;
}

function property(name: string, value: string): Component {
  return { name: `docker-verify:${name}`, value };
}

function hashesOf(digest: string | null): Component {
  if (digest?.startsWith('sha256:') !== true) return {};
  return { hashes: [{ alg: 'SHA-256', content: digest.slice('sha256:'.length) }] };
}

function optional(name: string, value: string | null): Component {
  return value === null || value === '' ? {} : { [name]: value };
}

function imageComponent({ role, name, digest }: BuildPart, reference: string): Component {
  return {
    type: 'container',
    'bom-ref': reference,
    name: name ?? digest ?? 'image',
    ...optional('version', digest),
    ...optional('purl', imageUrl(name, digest)),
    ...hashesOf(digest),
    ...(role === 'result' ? {} : { scope: role === 'runtime-base' ? 'required' : 'excluded' }),
    ...(role === 'result' ? {} : { properties: [property('role', role)] }),
  };
}

const origins = new Map([
  [true, 'base'],
  [false, 'own'],
]);

function packageComponent(found: ContainedPackage, scope: 'required' | 'excluded'): Component {
  const origin = found.fromBase === null ? undefined : origins.get(found.fromBase);
  return {
    type: 'library',
    'bom-ref': `${scope} ${found.purl ?? `${found.name}@${found.version}`}`,
    name: found.name,
    ...optional('version', found.version),
    ...optional('purl', found.purl),
    scope,
    properties: [property('sbom', found.trust), ...(origin === undefined ? [] : [property('origin', origin)])],
  };
}

function unique(components: readonly Component[]): readonly Component[] {
  return [...new Map(components.map((component) => [component['bom-ref'], component])).values()];
}

/**
 * A build as CycloneDX 1.6 (ECMA-424), as Dependency-Track takes it: what is in the image is required, what build stages alone used
 * is excluded, and where no SBOM covers the image the composition says that it is not complete.
 */
export function renderCycloneDx(contents: BuildContents, tool: string): Shown {
  const { record, result, images } = contents;
  const referenceOf = (index: number): string => `used ${index}`;
  const components = unique([
    ...images.map((part, index) => imageComponent(part, referenceOf(index))),
    ...runtimePackages(contents).map((found) => packageComponent(found, 'required')),
    ...stagePackages(contents).map((found) => packageComponent(found, 'excluded')),
  ]);
  const { remote, commit } = record.context;
  return renderJsonDocument({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialNumber(record.id),
    version: 1,
    metadata: {
      timestamp: record.time,
      tools: { components: [{ type: 'application', name: 'docker-verify', version: tool }] },
      component: imageComponent(result, image),
      properties: [
        property('record', record.id),
        ...(remote === null ? [] : [property('source', remote)]),
        ...(commit === null ? [] : [property('commit', commit)]),
      ],
    },
    components,
    dependencies: [{ ref: image, dependsOn: images.map((_, index) => referenceOf(index)) }],
    compositions: [{ aggregate: result.isKnown ? 'complete' : 'incomplete', assemblies: [image] }],
  });
}
