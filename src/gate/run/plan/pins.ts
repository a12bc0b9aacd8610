import {
  type Digest,
  isDigest,
  type Pin,
  type PinSet,
  type ResolvedImage,
  type SourcePin,
  type UnpinnedAllowance,
} from '../../../model/index.ts';
import { classicLocalImage } from '../../examine/gather/resolve-use.ts';
import type { JudgedImage } from '../../examine/judge/judged-image.ts';

function isLetThrough({ decision }: JudgedImage): boolean {
  return decision.status === 'allow' || decision.status === 'warn';
}

/** Why a name goes to the builder without a digest, null where it gets one. */
function unpinnedReason({ resolved, decision }: JudgedImage): Omit<UnpinnedAllowance, 'name'> | null {
  if (resolved === null) return { anyDigest: true, reason: 'it could not be looked up' };
  if (resolved.root.mediaType === classicLocalImage) {
    const [chainId] = Object.values(resolved.chainIds);
    const reason = 'it is only in the local store';
    return { anyDigest: false, reason, ...(chainId === undefined ? {} : { chainId }) };
  }
  const isShadowed = decision.findings.some(({ code }) => code === 'image.local-shadow');
  return isShadowed ? { anyDigest: true, reason: 'a local image of this name differs, and Docker chooses' } : null;
}

/** The chain identifiers of the manifests that may be used. */
function chainIdsOf({ platforms, chainIds }: ResolvedImage, only: readonly string[] | null): Pin['chainIds'] {
  return Object.fromEntries(
    platforms.flatMap(({ platform, digest }) => {
      const chainId = chainIds[platform];
      return chainId !== undefined && (only === null || only.includes(digest)) ? [[platform, chainId] as const] : [];
    }),
  );
}

function pinOf({ use, resolved, decision }: JudgedImage): Pin | null {
  if (resolved === null) return null;
  const platformDigests = (decision.platformDigests ?? []).filter((digest): digest is Digest => isDigest(digest));
  return {
    name: use.name,
    digest: resolved.root.digest,
    platformDigests,
    wholeIndex: decision.platformDigests === null,
    chainIds: chainIdsOf(resolved, decision.platformDigests),
  };
}

function layoutOf({ use, resolved }: JudgedImage): PinSet['layouts'][number] {
  return { identifier: `oci-layout://${use.name}`, digest: resolved?.root.digest ?? null };
}

/** All that the builder may use after these decisions: nothing that was refused, and everything else by its digest. */
export function pinsOf(
  images: readonly JudgedImage[],
  layouts: readonly JudgedImage[],
  sources: readonly SourcePin[],
): PinSet {
  const pins: Pin[] = [];
  const unpinned: UnpinnedAllowance[] = [];
  for (const image of images.filter(isLetThrough)) {
    const reason = unpinnedReason(image);
    const pin = reason === null ? pinOf(image) : null;
    if (reason !== null) unpinned.push({ name: image.use.name, ...reason });
    else if (pin !== null) pins.push(pin);
  }
  return { pins, unpinned, layouts: layouts.filter(isLetThrough).map(layoutOf), sources };
}
