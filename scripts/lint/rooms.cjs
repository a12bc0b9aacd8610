// The table of rooms: which room may import which. A room may always import itself.
const rooms = {
  model: [],
  invocation: ['model'],
  dockerfile: ['model'],
  oci: ['model'],
  trust: ['model'],
  signature: ['model', 'trust'],
  policy: ['model'],
  signing: ['model'],
  lineage: ['model', 'oci', 'signature'],
  inventory: ['model', 'oci'],
  advice: ['model', 'inventory'],
  records: ['model', 'oci', 'inventory'],
  builder: ['model'],
  context: ['model', 'builder'],
  report: ['model'],
  plugin: ['model'],
  gate: [
    'model',
    'invocation',
    'dockerfile',
    'oci',
    'trust',
    'signature',
    'signing',
    'policy',
    'lineage',
    'inventory',
    'advice',
    'records',
    'builder',
    'context',
    'report',
    'plugin',
  ],
  cli: ['gate', 'plugin', 'report'],
};

// The floors inside the large rooms: which folder of a room may import which other folders of it. Files that stand in the
// room itself (its index.ts apart, which is its door) are common to all of its floors.
const floors = {
  gate: {
    session: [],
    scan: ['session'],
    examine: ['scan', 'session'],
    run: ['examine', 'scan', 'session'],
    commands: ['run', 'examine', 'scan', 'session'],
  },
  policy: {
    language: [],
    publishers: ['language'],
    lock: ['language'],
    load: ['language', 'publishers', 'lock'],
    decide: ['language', 'publishers'],
    convert: ['language', 'publishers', 'load'],
    test: ['language', 'load', 'decide'],
  },
  signature: {
    certificates: [],
    revocation: ['certificates'],
    sigstore: ['certificates', 'revocation'],
    cosign: ['certificates', 'sigstore'],
    notation: ['certificates', 'sigstore', 'revocation'],
  },
  oci: {
    transport: [],
    auth: ['transport'],
    content: ['transport', 'auth'],
    attached: ['transport', 'content'],
    push: ['transport', 'auth', 'content'],
  },
};

const floorRules = Object.entries(floors).flatMap(([room, folders]) => [
  {
    name: `floors-${room}-known`,
    comment: `a folder of src/${room} must stand in the table of floors`,
    severity: 'error',
    from: {},
    to: { path: `^src/${room}/[^/]+/`, pathNot: `^src/${room}/(${Object.keys(folders).join('|')})/` },
  },
  ...Object.entries(folders).map(([floor, below]) => ({
    name: `floor-${room}-${floor}`,
    comment: `src/${room}/${floor} may import of its room only: ${below.join(', ') || 'nothing'}`,
    severity: 'error',
    from: { path: `^src/${room}/${floor}/` },
    to: {
      path: [`^src/${room}/[^/]+/`, `^src/${room}/index\\.ts$`],
      pathNot: `^src/${room}/(${[floor, ...below].join('|')})/`,
    },
  })),
]);

module.exports = {
  forbidden: [
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: `room-${room}`,
      comment: `src/${room} may import only: ${allowed.join(', ') || 'nothing'}`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: '^(src|cmd)/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
    })),
    ...floorRules,
    {
      name: 'room-border',
      comment: 'another room is entered through its index.ts only',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/([^/]+)/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'executable',
      comment: 'the executable knows only cli/',
      severity: 'error',
      from: { path: '^cmd/' },
      to: { path: '^src/', pathNot: '^src/cli/' },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans-from-tests', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|scripts)/' } },
    {
      name: 'not-to-dev-dependency',
      severity: 'error',
      from: { path: '^(src|cmd)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
