import { microsoftRoot2010, microsoftSupplyChainRoot } from '../../../../../src/policy/publishers/publisher-keys.ts';

/** Rules of Kyverno's that ask for a certificate, or for an authority of one's own. */
export const kyvernoCertificates: readonly [string, object][] = [
  ...(
    [
      ['a certificate, which is its key', { cert: microsoftSupplyChainRoot }],
      [
        'a chain alone, which is an authority',
        { certChain: `${microsoftSupplyChainRoot}\n${microsoftRoot2010}`, ctlog: { ignoreSCT: true } },
      ],
      [
        'a chain alone whose log is ignored',
        { certChain: microsoftRoot2010, rekor: { ignoreTlog: true }, ctlog: { ignoreSCT: true } },
      ],
      ['a chain whose certificates have to be in a log', { certChain: microsoftRoot2010 }],
      ['a certificate of a chain', { cert: microsoftSupplyChainRoot, certChain: microsoftRoot2010 }],
      ['a certificate that is none', { cert: 'x' }],
      ['a log of its own', { certChain: microsoftRoot2010, rekor: { pubkey: 'x' } }],
    ] as const
  ).map(([name, certificates]): [string, object] => [
    name,
    { image: 'a', attestors: [{ entries: [{ certificates }] }] },
  ]),
  ...[false, true].map((ignoreSCT): [string, object] => {
    const signer = { issuer: 'https://i', subject: 'me', roots: microsoftRoot2010, ctlog: { ignoreSCT } };
    return [
      `roots whose certificates ${ignoreSCT ? 'need no log' : 'have to be in a log'}`,
      { image: 'a', attestors: [{ entries: [{ keyless: signer }] }] },
    ];
  }),
];
