/** Where buildx and compose look for a definition where none is named (buildx, bake/bake.go: defaultFilenames). */
export const definitionNames: readonly string[] = [
  'compose.yaml',
  'compose.yml',
  'docker-compose.yml',
  'docker-compose.yaml',
  'docker-bake.json',
  'docker-bake.override.json',
  'docker-bake.hcl',
  'docker-bake.override.hcl',
];
