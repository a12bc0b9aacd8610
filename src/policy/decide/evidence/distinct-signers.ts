/**
 * How many entries can be satisfied at once, each by a signer of its own (the size of a maximum matching). Two pieces
 * of evidence by one signer count once.
 * @param signersOfEntry for each entry the signers that would satisfy it
 */
export function countSatisfied(signersOfEntry: readonly ReadonlySet<string>[]): number {
  const entryOfSigner = new Map<string, number>();
  const assign = (entry: number, tried: Set<string>): boolean => {
    for (const signer of signersOfEntry[entry] ?? []) {
      if (tried.has(signer)) continue;
      tried.add(signer);
      const holder = entryOfSigner.get(signer);
      if (holder === undefined || assign(holder, tried)) {
        entryOfSigner.set(signer, entry);
        return true;
      }
    }
    return false;
  };
  return signersOfEntry.filter((_, entry) => assign(entry, new Set())).length;
}
