import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { WarmRegistry } from './warm-registry.ts';

function writePolicy(home: string, name: string, host: string, signer: object): void {
  // YAML, as people write it
  const rules = ['rules:', `  - images: ["${host}/**"]`, `    signedBy: [${JSON.stringify(signer)}]`, ''];
  writeFileSync(join(home, name), ['version: 1', 'mode: enforce', 'default: deny', ...rules].join('\n'));
}

function writeProgram(folder: string, name: string, lines: readonly string[]): void {
  mkdirSync(folder);
  writeFileSync(join(folder, name), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
}

/** A git to which every folder is a checkout: what the machine has, and where temporary files lie on it, must make no difference. */
function writeGit(home: string): void {
  const words = [
    'case "$*" in',
    `*rev-parse*) echo; echo ${'0'.repeat(40)};;`,
    '*config*) echo https://warm.invalid/;;',
    'esac',
  ];
  writeProgram(join(home, 'bin'), 'git', words);
}

/**
 * A buildx that builds nothing, and says that it built on `digest`. It takes longer than what goes on beside it, so that one order of
 * events is compiled, whatever the machine.
 */
function writeBuildx(home: string, host: string, digest: string): void {
  const [, sha256 = ''] = digest.split(':');
  const material = {
    uri: `pkg:docker/${host}/warm/base@1?digest=${digest}&platform=linux%2Famd64`,
    digest: { sha256 },
  };
  const invocation = {
    configSource: { entryPoint: 'Dockerfile' },
    parameters: { frontend: 'dockerfile.v0', locals: [{ name: 'context' }, { name: 'dockerfile' }] },
    environment: { platform: 'linux/amd64' },
  };
  const metadata = {
    'buildx.build.provenance': {
      builder: { id: '' },
      buildType: 'https://mobyproject.org/buildkit@v1',
      materials: [material],
      invocation,
    },
    'buildx.build.ref': 'default/default/warm',
    'containerimage.config.digest': digest,
    'containerimage.digest': digest,
  };
  const lines = [
    'while [ $# -gt 1 ]; do',
    '  case "$2" in',
    '    version) cat > /dev/null; echo "github.com/docker/buildx v0.29.1 warm"; exit;;',
    '    inspect) cat > /dev/null; cat <<END',
    'Name:   default',
    'Driver: docker',
    '',
    'Nodes:',
    'Name:             default',
    'Endpoint:         default',
    'Status:           running',
    'BuildKit version: v0.25.2',
    'Platforms:        linux/amd64',
    'END',
    '      exit;;',
    // the builder is asked whether it obeys a policy
    '    --output=type=cacheonly) read -r from image; cat > /dev/null',
    `      printf 'ERROR: source "docker-image://%s" denied by policy: source denied by policy\\n' "$image" >&2`,
    '      exit 1;;',
    '    --metadata-file) file="$3";;',
    '  esac',
    '  shift',
    'done',
    '[ -n "$file" ] && sleep 1 && cat > "$file" <<END',
    JSON.stringify(metadata),
    'END',
  ];
  writeProgram(join(home, 'cli-plugins'), 'docker-buildx', lines);
}

/** A project whose base the registry holds, with a builder's program, so that each command goes all the way. */
export function layOutProject(home: string, { registry: { host }, keyed, keyless }: WarmRegistry): void {
  const lines = ['ARG VERSION=1', `FROM --platform=$BUILDPLATFORM ${host}/warm/base:\${VERSION:-2} AS build`];
  lines.push('RUN <<END', 'true', 'END', 'FROM scratch', 'COPY --from=build /a /b', '');
  writeFileSync(join(home, 'Dockerfile'), lines.join('\n'));
  writeFileSync(join(home, 'warm.pub'), keyed.publicKey);
  writePolicy(home, 'docker-verify.yaml', host, { key: 'warm.pub', log: 'optional' });
  const { issuer, identity, trustedRoot } = keyless;
  writeFileSync(join(home, 'root.json'), JSON.stringify(trustedRoot));
  writePolicy(home, 'keyless.yaml', host, { keyless: { issuer, identity }, trustedRoot: 'root.json' });
  writeBuildx(home, host, keyed.digest);
  writeGit(home);
}

/** An engine that tells its version. It is waited for by nobody. */
export function startEngine(socket: string): Server {
  const version = { Version: '28.5.2', ApiVersion: '1.51', MinAPIVersion: '1.24', Os: 'linux', Arch: 'amd64' };
  const engine = createServer((request, response) => {
    response.writeHead(request.url === '/version' ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...version, Components: [{ Name: 'Engine', Version: version.Version }] }));
  });
  // where a system has no such sockets a build is not warmed
  engine.on('error', () => undefined);
  return engine.listen(socket).unref();
}
