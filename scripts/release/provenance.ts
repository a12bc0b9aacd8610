import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectAddress } from '../../src/report/index.ts';
import { root } from '../build/folders.ts';
import type { Target } from '../build/target.ts';
import { version } from './names.ts';
import type { Source } from './source.ts';

/** A file of the release. */
export interface ReleasedFile {
  readonly name: string;
  readonly sha256: string;
}

/** Who builds: the workflow, by the name that its certificate bears too; else the user who runs `make release`. */
function builderOf({ GITHUB_SERVER_URL: server, GITHUB_WORKFLOW_REF: workflow }: NodeJS.ProcessEnv): string {
  return server && workflow ? `${server}/${workflow}` : `${projectAddress}docs/releasing.md#by-hand`;
}

function invocationOf(variables: NodeJS.ProcessEnv): object {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name, GITHUB_RUN_ID: run } = variables;
  const attempt = variables['GITHUB_RUN_ATTEMPT'] ?? '1';
  return server && name && run ? { invocationId: `${server}/${name}/actions/runs/${run}/attempts/${attempt}` } : {};
}

/**
 * The provenance of a release: an in-toto statement about its files (slsa.dev, provenance v1). It bears no time of its own, so that two
 * builds by the same builder say the same.
 */
export async function provenanceOf(
  files: readonly ReleasedFile[],
  targets: readonly Target[],
  source: Source,
  variables: NodeJS.ProcessEnv,
): Promise<string> {
  const lock = createHash('sha256')
    .update(await readFile(join(root, 'package-lock.json')))
    .digest('hex');
  const commit = source.commit === null ? {} : { digest: { gitCommit: source.commit } };
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: files.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: `${projectAddress}docs/releasing.md#what-make-release-does`,
        externalParameters: {
          version,
          targets: targets.map(({ name }) => name),
          sourceDateEpoch: source.time.getTime() / 1000,
        },
        internalParameters: { node: process.versions.node },
        resolvedDependencies: [
          { uri: `git+${source.repository}`, ...commit },
          { uri: 'file:package-lock.json', digest: { sha256: lock } },
          ...targets.map(({ nodePackage, nodePath, nodeDigest }) => ({
            uri: `pkg:npm/${nodePackage}@${process.versions.node}#${nodePath}`,
            digest: { sha256: nodeDigest },
          })),
        ],
      },
      runDetails: { builder: { id: builderOf(variables) }, metadata: invocationOf(variables) },
    },
  };
  return `${JSON.stringify(statement, null, 2)}\n`;
}
