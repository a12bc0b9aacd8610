import {
  dhi2Key,
  istioKey,
  microsoftRoot2010,
  microsoftSupplyChainRoot,
  redHat3Key,
  tektonKey,
  universalBlueKey,
} from './publisher-keys.ts';

/**
 * What the catalogue's keys and certificates are called, by their PEM: SHA-256 of the SubjectPublicKeyInfo or of the certificate, hexadecimal.
 * They were read when the catalogue was written, so that a run parses none that it does not need.
 */
export const knownIdentifiers: ReadonlyMap<string, string> = new Map([
  [dhi2Key, '118ba556dd52f4aec67018efd316c285c783cd3e54cc0f4527605715c643887c'],
  [redHat3Key, 'ba9d26350d78893a20f337e2153a113108bfcf064085afaee60d446e63405576'],
  [tektonKey, 'ef0580597d0c3b7ff3ec827d6a02412ae4afae6ee3eac61f043ace8fab0302e2'],
  [universalBlueKey, 'efaae036a5afefcfe2c64686db0311ab64e57ae794be634d80c25286695336a6'],
  [istioKey, '8e0dbb285a3dbfc2826c5e4c263bcfe4d93169e2207bfdd4235f5200fa5c6212'],
  [microsoftSupplyChainRoot, '23ffe2b8bdb9a1711515d4cffda04bc7f793d513c76c243f1020507d8669b7db'],
  [microsoftRoot2010, 'df545bf919a2439c36983b54cdfc903dfa4f37d3996d8d84b4c31eec6f3c163e'],
]);
