/** The repository and tag of a name; the tag is null where it has none. */
function partsOf(name: string): { readonly repository: string; readonly tag: string | null } {
  const [bare = ''] = name.split('@', 1);
  const colon = bare.lastIndexOf(':');
  if (colon <= bare.lastIndexOf('/')) return { repository: bare, tag: null };
  return { repository: bare.slice(0, colon), tag: bare.slice(colon + 1) };
}

/** The package URL of an image (purl-spec, types-doc/oci-definition); null without a digest. */
export function imageUrl(name: string | null, digest: string | null): string | null {
  if (name === null || digest === null) return null;
  const { repository, tag } = partsOf(name);
  const last = repository.slice(repository.lastIndexOf('/') + 1).toLowerCase();
  const tagged = tag === null ? '' : `&tag=${encodeURIComponent(tag)}`;
  return `pkg:oci/${encodeURIComponent(last)}@${encodeURIComponent(digest)}?repository_url=${encodeURIComponent(repository)}${tagged}`;
}
