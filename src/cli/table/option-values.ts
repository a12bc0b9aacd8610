/** Values of Docker's own options, where they have few or begin alike (buildx, commands/build.go and commands/bake.go). */
export const dockerOptionValues: Readonly<Record<string, readonly string[]>> = {
  allow: ['device', 'fs=', 'fs.read=', 'fs.write=', 'network.host', 'security.insecure', 'ssh'],
  attest: ['type=provenance,', 'type=sbom,'],
  'cache-from': ['type=gha', 'type=local,src=', 'type=registry,ref='],
  'cache-to': ['type=gha', 'type=inline', 'type=local,dest=', 'type=registry,ref='],
  call: ['build', 'check', 'outline', 'targets'],
  isolation: ['default', 'hyperv', 'process'],
  list: ['targets', 'variables'],
  network: ['default', 'host', 'none'],
  output: ['type=docker', 'type=image,', 'type=local,dest=', 'type=oci,dest=', 'type=registry', 'type=tar,dest='],
  print: ['outline', 'targets'],
  progress: ['auto', 'none', 'plain', 'quiet', 'rawjson', 'tty'],
  provenance: ['false', 'mode=max', 'mode=min', 'true'],
  sbom: ['false', 'true'],
  secret: ['id='],
  ssh: ['default', 'default='],
};

/** Those of Docker's options whose value is a file or folder. */
export const dockerFileOptions: ReadonlySet<string> = new Set([
  'build-context',
  'file',
  'iidfile',
  'metadata-file',
  'output',
  'policy',
]);

/** The platforms that images are mostly published for. */
export const commonPlatforms: readonly string[] = [
  'linux/amd64',
  'linux/arm64',
  'linux/arm/v7',
  'linux/arm/v6',
  'linux/386',
  'linux/ppc64le',
  'linux/riscv64',
  'linux/s390x',
  'windows/amd64',
];
